import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { presetPlan } from '#stages/presets.ts';
import { defaultConfig, planOf, readConfig, withPreset } from '#tracker/config.ts';

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
