import { expect, test } from 'vitest';
import type { ZLut } from '#protocol/z-lut.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import { findsZ, planProblems, unfitZLuts } from '#tracker/live/pipeline-check.ts';
import { describePipeline } from '#tracker/live/pipeline-description.ts';
import { ringZLut } from '../support/ring-beads.ts';

test.each(PRESET_NAMES)('there is nothing wrong with the preset %s', (name) => {
  expect(planProblems(presetPlan(name))).toEqual([]);
  expect(findsZ(presetPlan(name))).toBe(true);
});

test('each problem is told of the step and parameter it is about, and once', () => {
  const steps = [
    { stage: 'radial-profile', params: {} },
    { stage: 'center-of-mass', params: { background: 'blue', k: 11 } },
    { stage: 'no-such-stage', params: {} },
    { stage: 'lookup-z', params: { nLocal: 4, planes: 2 } },
  ];
  // What comes behind a step that cannot run is told once that can.
  const [first, ...more] = planProblems(steps);
  expect(first).toMatchObject({ step: 0, param: null });
  expect(first!.message).toMatch(/'center' written by an earlier stage/);
  expect(more).toEqual([]);
  expect(planProblems(steps.slice(1))).toMatchObject([
    { step: 0, param: 'background' },
    { step: 0, param: 'k' },
    { step: 1, param: null, message: expect.stringMatching(/no-such-stage/) },
  ]);
  const fields = planProblems([steps[1]!, { stage: 'radial-profile', params: {} }, steps[3]!]);
  expect(fields.map(({ step, param }) => [step, param])).toEqual([
    [0, 'background'],
    [0, 'k'],
    [2, 'nLocal'],
    [2, null],
  ]);
  expect(fields[1]!.message).toMatch(/10/);
});

test('an empty plan and a stage twice with other parameters are refused, the same twice is not', () => {
  expect(planProblems([])).toEqual([{ step: -1, param: null, message: expect.stringMatching(/one stage/) }]);
  const mass = { stage: 'center-of-mass', params: {} };
  expect(planProblems([mass, { ...mass, params: { k: 1 } }])).toEqual([]);
  expect(planProblems([mass, { ...mass, params: { k: 2 } }])).toMatchObject([{ step: 1, param: null }]);
});

test('a bead loses its z where its Z-LUT is of another method, number of radii, or without the model', () => {
  const zLut = ringZLut(48, 30);
  const rois = [
    { bead: 1, left: 0, top: 0, size: 48 },
    { bead: 2, left: 0, top: 0, size: 64 },
    { bead: 3, left: 0, top: 0, size: 64 },
  ];
  const zLutOf = (bead: number): ZLut | null => (bead === 3 ? null : zLut);
  const beads = (name: (typeof PRESET_NAMES)[number]) =>
    unfitZLuts(presetPlan(name), rois, zLutOf).map(({ bead }) => bead);
  expect(beads('magtrack')).toEqual([2]);
  expect(beads('magtrack-fft')).toEqual([1, 2]);
  const split = {
    ...zLut,
    method: { stage: 'radial-profile', params: { bins: 'split', oversample: 1 }, roiSize: 48 },
  };
  const [unfit] = unfitZLuts(presetPlan('precise'), [rois[0]!], () => split);
  expect(unfit).toMatchObject({ bead: 1, zLut: split.name, why: expect.stringMatching(/model/) });
});

test('every stage is described as plain values, its defaults those of its presets', () => {
  const { stages, presets } = describePipeline();
  expect(structuredClone({ stages, presets })).toEqual({ stages, presets });
  for (const { steps } of presets) {
    for (const { stage, params } of steps) {
      const described = stages.find(({ name }) => name === stage)!;
      expect(Object.keys(params).toSorted()).toEqual(described.params.map(({ name }) => name).toSorted());
    }
  }
  for (const { params } of stages) {
    for (const { type, choices, default: initial, title, description } of params) {
      expect(title + description).toMatch(/\w \w/);
      expect(typeof initial).toBe(
        type === 'integer' || typeof choices?.[0] === 'number'
          ? 'number'
          : type === 'choice'
            ? 'string'
            : type,
      );
      if (choices) expect(choices).toContain(initial);
    }
  }
  const iterations = stages
    .find(({ name }) => name === 'quadrant-interpolation')!
    .params.find(({ name }) => name === 'iterations');
  expect(iterations).toMatchObject({ type: 'integer', default: 4, min: 1, max: 8, unit: null });
});
