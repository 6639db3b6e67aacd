import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#engines/engine.ts';
import { openEngine } from '#engines/open-engine.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import { presetPlan } from '#stages/presets.ts';
import { type BuiltField, buildZLuts, type FieldOptions } from '#zlut-tools/build.ts';
import { sharedZLut } from '#zlut-tools/sweep-shared.ts';
import { type SimulatedSweepParams, simulateSweep } from '../support/simulated-sweep.ts';

const plan = presetPlan('quadrant');
const planeZNm = Array.from({ length: 61 }, (_, plane) => 500 + plane * 50);
const field: SimulatedSweepParams = {
  ...{ beads: 20, radiiNm: [500, 1400], planeZNm, framesPerPlane: 3, fps: 10, bothWays: true },
  ...{ driftNmPerS: 2, hysteresisNm: 40, photonsPerPixel: 1000, seed: 41 },
};

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('wasm');
});
afterAll(() => engine.close());

const build = (params: SimulatedSweepParams, more: Partial<FieldOptions> = {}) => {
  const { shape, rois, sweep } = simulateSweep(params);
  return buildZLuts(sweep(), { engine, plan, shape, rois, nameOf: (bead) => `bead ${bead}`, ...more });
};

describe('20 simulated beads of two sizes, drift 2 nm/s, hysteresis 40 nm, 1000 photons a pixel', () => {
  let built: BuiltField;
  beforeAll(async () => {
    built = await build(field);
  });

  test('hysteresis and drift are reported within a tenth, and within 4 of their errors', () => {
    const [, back] = built.motion.offsetNm;
    const { drift } = built.motion;
    expect(built.timed).toBe(true);
    expect(Math.abs(back!.value - 40)).toBeLessThan(4);
    expect(Math.abs(drift!.value - 2)).toBeLessThan(0.2);
    expect(Math.abs(back!.value - 40)).toBeLessThan(4 * back!.error);
    expect(Math.abs(drift!.value - 2)).toBeLessThan(4 * drift!.error);
  });

  test('every bead has a good Z-LUT of both ways, which says how it was made', () => {
    for (const { bead, zLut, passes, report, used } of built.beads) {
      expect(passes).toEqual([0, 1]);
      expect(zLut!.planes).toBe(61);
      expect(report!.quality.verdict).toBe('good');
      const { origin } = zLut!;
      expect(origin).toMatchObject({ bead, frames: { used } });
      expect(Math.abs(origin!.quality!.hysteresisNm!.value - 40)).toBeLessThan(4);
    }
  });

  test('tracking 1000 random heights with them, z of no bead is off by 2 nm in the mean', async () => {
    const { shape, rois, at } = simulateSweep({ ...field, seed: field.seed });
    const zLuts = built.beads.map(({ zLut }) => zLut!);
    const zLutOfBead = rois.map((_, index) => index);
    await engine.configure({ ...shape, plan, rois, zLuts, zLutOfBead, profiles: false });
    const random = createRandom(7);
    const errors = rois.map((): number[] => []);
    for (let frame = 0; frame < 50; frame++) {
      const zNm = 600 + 2800 * random.uniform();
      const table = createTrackTable(1, rois.length);
      await engine.track([at(zNm).buffer], table);
      for (const [bead, ofBead] of errors.entries()) ofBead.push(table.zNm[bead]! - zNm);
    }
    for (const ofBead of errors) {
      const bias = ofBead.reduce((sum, error) => sum + error, 0) / ofBead.length;
      expect(Math.abs(bias)).toBeLessThan(2);
    }
  });
});

const small: SimulatedSweepParams = { ...field, beads: 4, planeZNm: planeZNm.slice(20, 51) };

test('what does not fit into memory waits in a file, and gives the same to the bit, models and checks too', async () => {
  const params = {
    ...small,
    beads: 2,
    planeZNm: small.planeZNm.slice(0, 10),
    framesPerPlane: 2,
    roiSize: 24,
  };
  const model = { onModelRound: () => {} };
  const [inMemory, inFile] = [
    await build(params, model),
    await build(params, { ...model, rows: { memoryBytes: 0 } }),
  ];
  for (const [index, { zLut, report, samples }] of inFile.beads.entries()) {
    const other = inMemory.beads[index]!;
    expect(zLut!.model).toBeDefined();
    expect(zLut).toEqual(other.zLut);
    expect(report).toEqual(other.report);
    expect(samples()).toEqual(other.samples());
  }
  expect(inFile.motion).toEqual(inMemory.motion);
  inMemory.close();
  inFile.close();
});

test('reference beads alone tell the drift of the field', async () => {
  const { motion, driftPx } = await build(small, { references: [1, 3] });
  expect(motion.beads).toEqual([1, 3]);
  expect(Math.abs(motion.drift!.value - 2)).toBeLessThan(0.2);
  // px: the beads are drawn anew within half a pixel in every frame
  expect(driftPx!.x).toBeLessThan(1.5);
  await expect(build(small, { references: [9] })).rejects.toThrow(/reference beads: .*received 9/);
});

test('with one way nothing is said of drift, and the planes are as they were told', async () => {
  const { motion, passes, beads } = await build({ ...small, bothWays: false });
  expect(passes).toHaveLength(1);
  expect([motion.drift, motion.offsetNm]).toEqual([null, [{ value: 0, error: 0 }]]);
  expect([...beads[0]!.zLut!.planeZNm]).toEqual(small.planeZNm);
  expect(beads[0]!.zLut!.origin!.quality!.driftNmPerS).toBeUndefined();
});

test('a way back that shows something else is left out, with the reason', async () => {
  const half = small.planeZNm.length * small.framesPerPlane;
  const spoil = (light: Float32Array, frame: number) => {
    if (frame < half) return;
    for (const [pixel, value] of light.entries()) light[pixel] = 2 - value;
  };
  const { beads } = await build({ ...small, spoil });
  expect(beads[0]!.passes).toEqual([0]);
  expect(beads[0]!.why).toMatch(/only the first is taken|left out/);
});

test('one way can be asked for', async () => {
  const { beads } = await build(small, { onlyPass: 1 });
  expect(beads[0]!.passes).toEqual([1]);
  expect(beads[0]!.used).toBeGreaterThan(beads[0]!.zLut!.origin!.frames!.used);
  const none = await build({ ...small, bothWays: false }, { onlyPass: 1 });
  expect(none.beads[0]!.error?.message).toMatch(/expected a pass that was recorded, received pass 1 of 1/);
});

test('one Z-LUT for all is of the beads of one kind, and names the others', async () => {
  const built = await build({ ...small, driftNmPerS: 0, hysteresisNm: 0 });
  const { zLut, beads } = sharedZLut(built.beads, 'shared', plan);
  expect(beads.map(({ why }) => why === undefined)).toEqual([true, false, true, false]);
  // nm: all beads are stuck at one height; 1000 photons leave about 1 nm a plane
  expect(Math.abs(beads[2]!.shiftNm)).toBeLessThan(2);
  expect(zLut.planes).toBe(31);
  expect(zLut.origin!.quality!.score).toBeGreaterThan(75);
});
