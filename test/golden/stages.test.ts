import { describe, expect, test } from 'vitest';
import { autoConv } from '#stages/auto-conv.ts';
import { autoConvMultilineSubPixel } from '#stages/auto-conv-multiline-sub-pixel.ts';
import { centerOfMass } from '#stages/center-of-mass.ts';
import type { BeadState, Stage } from '#stages/define.ts';
import { lookupZ } from '#stages/lookup-z.ts';
import { radialProfile } from '#stages/radial-profile.ts';
import { beadOf } from '../stages/synthetic-bead.ts';
import {
  expectGolden,
  frameOfStack,
  type GoldenCase,
  goldenCases,
  goldenInput,
  goldenZLut,
  hasMagtrackGolden,
} from './magtrack-golden.ts';

/** Runs a stage on every frame of a case, from the centers the case gives. */
function runOnStack(golden: GoldenCase, stage: Stage, params: Record<string, unknown>): BeadState[] {
  const stack = goldenInput(golden, 'stack');
  const xSeed = Object.keys(golden.inputs).find((name) => name === 'x' || name === 'x_old');
  const ySeed = Object.keys(golden.inputs).find((name) => name === 'y' || name === 'y_old');
  return Array.from({ length: stack.shape[2]! }, (_, frame) => {
    const bead = beadOf(frameOfStack(stack, frame));
    if (xSeed && ySeed) {
      bead.xPx = goldenInput(golden, xSeed).data[frame]!;
      bead.yPx = goldenInput(golden, ySeed).data[frame]!;
    }
    stage.reference(bead, stage.params.parse(params));
    return bead;
  });
}

/** Cases the library answers, by name. */
function answered(name: string): [string, GoldenCase][] {
  return goldenCases(name)
    .filter((golden) => golden.outputs)
    .map((golden) => [golden.name, golden]);
}

/** Profiles [radius, frame] of beads, flat, as the library returns them. */
function profilesOf(beads: BeadState[]): number[] {
  const radii = beads[0]!.profile.length;
  return Array.from({ length: radii * beads.length }, (_, index) => {
    return beads[index % beads.length]!.profile[Math.floor(index / beads.length)]!;
  });
}

describe.skipIf(!hasMagtrackGolden)('reference results of MagTrack (skips without ../shared)', () => {
  test.each(answered('center_of_mass'))('center of mass: %s', (_, golden) => {
    const beads = runOnStack(golden, centerOfMass, golden.params);
    expectGolden(
      golden,
      'x',
      beads.map((bead) => bead.xPx),
    );
    expectGolden(
      golden,
      'y',
      beads.map((bead) => bead.yPx),
    );
  });

  test.each(answered('auto_conv').filter(([, golden]) => !golden.params.return_conv))(
    'auto-convolution: %s',
    (_, golden) => {
      const beads = runOnStack(golden, autoConv, {});
      expectGolden(
        golden,
        'x',
        beads.map((bead) => bead.xPx),
      );
      expectGolden(
        golden,
        'y',
        beads.map((bead) => bead.yPx),
      );
    },
  );

  test.each(answered('auto_conv_multiline_sub_pixel'))('multi-line auto-convolution: %s', (_, golden) => {
    const { line_ratio: lineRatio, n_local: nLocal } = golden.params;
    const beads = runOnStack(golden, autoConvMultilineSubPixel, { lineRatio, nLocal, iterations: 1 });
    expectGolden(
      golden,
      'x',
      beads.map((bead) => bead.xPx),
    );
    expectGolden(
      golden,
      'y',
      beads.map((bead) => bead.yPx),
    );
  });

  test.each(answered('radial_profile'))('radial profile: %s', (_, golden) => {
    expectGolden(golden, 'profiles', profilesOf(runOnStack(golden, radialProfile, golden.params)));
  });

  /** z of every profile of a case. */
  function lookUp(golden: GoldenCase): number[] {
    const { shape, data } = goldenInput(golden, 'profiles');
    const [radii, frames] = shape as [number, number];
    const zLut = goldenZLut(golden);
    return Array.from({ length: frames }, (_, frame) => {
      const profile = Float64Array.from({ length: radii }, (_, radius) => data[radius * frames + frame]!);
      const bead = beadOf(new Float64Array(0), { profile, ...(zLut && { zLut }) });
      lookupZ.reference(bead, lookupZ.params.parse({ nLocal: golden.params.n_local }));
      return bead.zNm;
    });
  }

  const lookups = answered('lookup_z');
  test.each(lookups.filter(([, golden]) => !golden.quirk))('Z-LUT lookup: %s', (_, golden) => {
    expectGolden(golden, 'z', lookUp(golden));
  });

  test('Z-LUT lookup: a plane without contrast is passed over, where the library loses every bead', () => {
    const flatPlane = 6;
    const whole = lookUp(goldenCases('lookup_z').find(({ name }) => name === 'lz_self')!);
    const flat = lookUp(goldenCases('lookup_z').find(({ name }) => name === 'lz_flat_plane')!);
    const far = (zNm: number[]) => zNm.filter((_, plane) => Math.abs(plane - flatPlane) > 3);
    expect(far(flat)).toEqual(far(whole));
  });
});
