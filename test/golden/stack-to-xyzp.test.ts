import { describe, expect, test } from 'vitest';
import { trackRoi } from '#engines/reference.ts';
import type { BeadState } from '#stages/define.ts';
import {
  expectGolden,
  frameOfStack,
  type GoldenCase,
  goldenCases,
  goldenInput,
  goldenPlan,
  goldenZLut,
  hasMagtrackGolden,
} from './magtrack-golden.ts';

function trackStack(golden: GoldenCase): BeadState[] {
  const stack = goldenInput(golden, 'stack');
  const zLut = goldenZLut(golden);
  const plan = goldenPlan(golden);
  return Array.from({ length: stack.shape[2]! }, (_, frame) =>
    trackRoi(frameOfStack(stack, frame), stack.shape[0]!, zLut, plan),
  );
}

const all = goldenCases('stack_to_xyzp').map((golden): [string, GoldenCase] => [golden.name, golden]);

describe.skipIf(!hasMagtrackGolden)('the whole pipeline of MagTrack (skips without ../shared)', () => {
  test.each(all.filter(([, golden]) => golden.outputs))('%s', (_, golden) => {
    const beads = trackStack(golden);
    const radii = beads[0]!.profile.length;
    const profiles = Array.from({ length: radii * beads.length }, (_, index) => {
      return beads[index % beads.length]!.profile[Math.floor(index / beads.length)]!;
    });
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
    expectGolden(golden, 'profiles', profiles);
    expectGolden(
      golden,
      'z',
      beads.map((bead) => bead.zNm),
    );
  });

  test.each(all.filter(([, golden]) => golden.expect_error))(
    '%s: a blank frame is NaN and fails no other',
    (_, golden) => {
      const stack = goldenInput(golden, 'stack');
      for (const [frame, bead] of trackStack(golden).entries()) {
        const pixels = frameOfStack(stack, frame);
        const blank = pixels.every((counts) => counts === pixels[0]);
        expect([bead.xPx, bead.yPx, bead.zNm].map(Number.isNaN)).toEqual([blank, blank, blank]);
      }
    },
  );
});
