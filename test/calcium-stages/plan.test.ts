import { expect, test } from 'vitest';
import { z } from 'zod';
import { CALCIUM_STAGES } from '#calcium-stages/index.ts';
import { calciumStageNamed, DEFAULT_CELL_PLAN, parseCellPlan } from '#calcium-stages/plan.ts';
import { ConfigError } from '#protocol/errors.ts';

test('the default plan runs and has every stage with every parameter', () => {
  const plan = parseCellPlan(DEFAULT_CELL_PLAN);
  expect(plan.map(({ stage }) => stage)).toEqual(CALCIUM_STAGES.map(({ name }) => name));
  for (const { stage, params } of plan) {
    expect(Object.keys(params)).toEqual(Object.keys(calciumStageNamed(stage).params.shape));
  }
  expect(structuredClone(plan)).toEqual(plan);
});

test('what is parsed parses to the same again', () => {
  const plan = parseCellPlan([
    { stage: 'roi-traces' },
    { stage: 'running-baseline', params: { windowS: 30 } },
  ]);
  expect(plan[1]!.params).toMatchObject({ windowS: 30, percentile: 5 });
  expect(parseCellPlan(plan)).toEqual(plan);
});

test.each([
  [
    'a stage nobody knows',
    [{ stage: 'roi-trace' }],
    /calcium stage 'roi-trace': expected one of .*roi-traces/,
  ],
  [
    'a stage before what it reads',
    [{ stage: 'roi-traces' }, { stage: 'delta-f' }],
    /calcium\.stages\[1\]: expected 'baseline' written by an earlier stage, since 'delta-f' reads it, received roi-traces/,
  ],
  ['the first stage that reads', [{ stage: 'events' }], /calcium\.stages\[0\].*received no earlier stage/],
  [
    'a stage twice',
    [{ stage: 'roi-traces' }, { stage: 'roi-traces' }],
    /calcium\.stages\[1\]: expected each stage once, received 'roi-traces' again/,
  ],
  [
    'a parameter nobody knows',
    [{ stage: 'roi-traces' }, { stage: 'running-baseline', params: { window: 30 } }],
    /calcium\.stages\[1\]\.running-baseline: expected parameters of this stage.*window/s,
  ],
  [
    'a parameter out of its range',
    [{ stage: 'roi-traces' }, { stage: 'running-baseline', params: { percentile: 101 } }],
    /calcium\.stages\[1\]\.running-baseline.*percentile/s,
  ],
])('%s is refused by its place', (_, steps, message) => {
  expect(() => parseCellPlan(steps)).toThrow(message);
  expect(() => parseCellPlan(steps)).toThrow(ConfigError);
});

test.each(CALCIUM_STAGES.map((stage) => [stage.name, stage] as const))(
  'every parameter of %s says what it is, and no other stage has its name',
  (name, stage) => {
    expect(CALCIUM_STAGES.filter((other) => other.name === name)).toHaveLength(1);
    for (const [key, schema] of Object.entries(stage.params.shape)) {
      const meta = z.globalRegistry.get(schema as z.ZodType);
      expect(meta?.title, key).toMatch(/^[A-Z]/);
      expect(meta?.description, key).toMatch(/\.$/);
      if (key.endsWith('S')) expect(meta?.unit).toBe('s');
      if (key.endsWith('Hz')) expect(meta?.unit).toBe('Hz');
    }
  },
);
