import { describe, expect, test } from 'vitest';
import { trackRoi } from '#engines/reference.ts';
import { createRandom } from '#simulation/random.ts';
import { MAGTRACK_PLAN, parsePlan, planMethod } from '#stages/plan.ts';
import { PRESET_NAMES, presetPlan, presetSteps } from '#stages/presets.ts';

describe('presets', () => {
  test('have every parameter given, and a lookup of the profiles they make', () => {
    for (const name of PRESET_NAMES) {
      const plan = presetPlan(name);
      expect(
        plan.some(({ stage }) => stage === 'lookup-z'),
        name,
      ).toBe(true);
      expect(planMethod(plan, 64)?.radii, name).toBeGreaterThan(20);
      for (const { params } of plan) expect(Object.values(params)).not.toContain(undefined);
    }
  });

  test('magtrack is the pipeline of the reference with every default', () => {
    expect(presetPlan('magtrack')).toEqual(parsePlan(MAGTRACK_PLAN));
  });

  test('their steps are copies, so that settings cannot change a preset', () => {
    presetSteps('quadrant')[2]!.params.bins = 'nearest';
    expect(presetPlan('quadrant')[2]!.params.bins).toBe('interpolate');
  });

  test.each(['quadrant', 'fast'] as const)('%s finds no bead in 100 ROIs of noise', (name) => {
    const random = createRandom(6);
    const plan = presetPlan(name);
    for (let roi = 0; roi < 100; roi++) {
      const noise = Float64Array.from({ length: 40 * 40 }, () => random.poisson(200));
      expect(trackRoi(noise, 40, null, plan).xPx).toBeNaN();
    }
  });
});
