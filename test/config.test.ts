import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DEFAULT_CELL_PLAN, parseCellPlan } from '#calcium-stages/plan.ts';
import { presetPlan } from '#stages/presets.ts';
import { defaultConfig, planOf, readConfig, withPreset } from '#tracker/config.ts';
import { cellPlanOf, neuropilOf } from '#tracker/settings/calcium-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function configOf(text: string) {
  const path = join(folder, 'tweezertrack.toml');
  writeFileSync(path, text);
  return readConfig(path);
}

test('the pipeline is that of magtrack when nothing is said', () => {
  expect(planOf(defaultConfig())).toEqual(presetPlan('magtrack'));
});

test('a preset is asked for by name, and single parameters go on top of it', () => {
  expect(planOf(configOf('[pipeline]\npreset = "quadrant"'))).toEqual(presetPlan('quadrant'));
  const changed = planOf(
    configOf('[pipeline]\npreset = "quadrant"\n[pipeline.params.lookup-z]\nminScore = 0.5'),
  );
  expect(changed.at(-1)!.params).toEqual({ ...presetPlan('quadrant').at(-1)!.params, minScore: 0.5 });
  expect(changed.slice(0, -1)).toEqual(presetPlan('quadrant').slice(0, -1));
});

test("stages of one's own take the place of the preset's", () => {
  const plan = planOf(configOf('[pipeline]\npreset = "quadrant"\nstages = ["center-of-mass", "auto-conv"]'));
  expect(plan.map(({ stage }) => stage)).toEqual(['center-of-mass', 'auto-conv']);
  expect(plan[0]!.params.background).toBe('threshold');
});

test('a bare list of stages is short for the section, and checked like it', () => {
  expect(planOf(configOf('pipeline = ["center-of-mass", "qi"]')).map(({ stage }) => stage)).toEqual([
    'center-of-mass',
    'qi',
  ]);
  expect(() => planOf(configOf('pipeline = ["qi"]'))).toThrow("'center' written by an earlier stage");
});

test('a preset of the command line takes the place of the whole pipeline of the file', () => {
  const config = configOf('[pipeline]\nstages = ["center-of-mass"]\n[pipeline.params.center-of-mass]\nk = 2');
  expect(planOf(withPreset(config, 'fast'))).toEqual(presetPlan('fast'));
  expect(planOf(withPreset(config, undefined))).toHaveLength(1);
});

test('an unknown preset is refused with those there are', () => {
  expect(() => configOf('[pipeline]\npreset = "qi"')).toThrow(
    /pipeline\.preset.*magtrack.*quadrant.*received "qi"/,
  );
});

test('cells are measured when asked for, by all stages with their defaults and without neuropil', () => {
  const { calcium } = defaultConfig();
  expect(calcium.enabled).toBe(false);
  expect(neuropilOf(calcium)).toBeNull();
  expect(cellPlanOf(calcium)).toEqual(parseCellPlan(DEFAULT_CELL_PLAN));
  const asked = configOf('[calcium]\nenabled = true\nneuropilWidth = 4\n[calcium.params.roi-traces]').calcium;
  expect(asked.enabled).toBe(true);
  expect(neuropilOf(asked)).toEqual({ width: 4, gap: 2, share: 0.7 });
});

test('stages of cells are chosen and set by name, and checked', () => {
  const { calcium } = configOf(
    '[calcium]\nstages = ["roi-traces", "running-baseline"]\n[calcium.params.running-baseline]\nwindowS = 30',
  );
  expect(cellPlanOf(calcium)).toEqual(
    parseCellPlan([{ stage: 'roi-traces' }, { stage: 'running-baseline', params: { windowS: 30 } }]),
  );
  const early = configOf('[calcium]\nstages = ["delta-f"]').calcium;
  expect(() => cellPlanOf(early)).toThrow("calcium.stages[0]: expected 'counts' written by an earlier stage");
  const wrong = configOf('[calcium.params.running-baseline]\nwindowS = -1').calcium;
  expect(() => cellPlanOf(wrong)).toThrow('running-baseline');
});

test('an unknown key of the cells is refused with those there are', () => {
  expect(() => configOf('[calcium]\nneuropil = 3')).toThrow(
    /calcium\.neuropil: expected one of .*neuropilWidth.*received unknown key 'neuropil'/,
  );
  expect(() => configOf('[calcium]\nneuropilShare = 2')).toThrow('calcium.neuropilShare');
});
