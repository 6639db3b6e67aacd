import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '#protocol/errors.ts';
import { configuredFocusStage } from '#tracker/commands/focus-stage.ts';
import { defaultConfig, readConfig } from '#tracker/config.ts';
import { lineDevice } from '../support/line-device.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

function configOf(lines: readonly string[]) {
  const path = join(folder, 'settings.toml');
  writeFileSync(path, ['[focusStage]', ...lines].join('\n'));
  return readConfig(path);
}

const TCP = [
  'kind = "tcp"',
  'moveCommand = "MOV {zUm}"',
  'positionCommand = "POS?"',
  'stopCommand = "STP"',
  "reply = 'P=([-+0-9.]+) um'",
];

test('settings say of no focus stage that the camera brings it', () => {
  expect(configuredFocusStage(defaultConfig())).toEqual({});
});

test('settings of a stage over TCP make it, with their limits for its range', async () => {
  const { address } = await lineDevice();
  const config = configOf([...TCP, `address = "${address}"`, 'fromNm = -2000', 'toNm = 8000']);
  const { focusStage } = configuredFocusStage(config);
  expect(focusStage!.facts).toEqual({ name: `tcp ${address}`, fromNm: -2000, toNm: 8000 });
  expect((await focusStage!.position()).zNm).toBe(0);
  await focusStage!.close();
});

test.each([
  ['address', ['fromNm = 0', 'toNm = 1']],
  ['fromNm', ['address = "a:1"', 'toNm = 1']],
  ['toNm', ['address = "a:1"', 'fromNm = 0']],
])('without %s they are refused by that key', (key, lines) => {
  const config = configOf([...TCP, ...lines]);
  expect(() => configuredFocusStage(config)).toThrow(ConfigError);
  expect(() => configuredFocusStage(config)).toThrow(`focusStage.${key}: expected a value`);
});

test.each([
  ['moveCommand = "MOV"', /focusStage.moveCommand/],
  ['address = "nowhere"', /focusStage.address/],
])('%s is refused where it stands', (line, words) => {
  expect(() => configOf([line])).toThrow(words);
});
