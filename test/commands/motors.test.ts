import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '#protocol/errors.ts';
import { configuredMotors } from '#tracker/commands/motors.ts';
import { defaultConfig, readConfig } from '#tracker/config.ts';
import { lineDevice } from '../support/line-device.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const folder = temporaryFolder();

function configOf(section: string, lines: readonly string[]) {
  const path = join(folder, 'settings.toml');
  writeFileSync(path, [`[${section}]`, ...lines].join('\n'));
  return readConfig(path);
}

const TCP = [
  'kind = "tcp"',
  'moveCommand = "MOV {to}"',
  'positionCommand = "POS?"',
  'stopCommand = "STP"',
  "reply = 'P=([-+0-9.]+) um'",
];

test('settings say of no motor that the camera brings it', () => {
  expect(configuredMotors(defaultConfig())).toEqual([]);
});

test('a motor over TCP is moved, read and stopped in the numbers of the device', async () => {
  const device = await lineDevice();
  const lines = [...TCP, `address = "${device.address}"`, 'from = 0', 'to = 8'];
  // The device counts um, downwards: -1000 of them are 1 mm.
  const [motor] = configuredMotors(
    configOf('magnetTranslation', [...lines, 'deviceUnits = -1000', 'decimals = 1', 'tolerance = 0.005']),
  );
  expect(motor!.facts).toEqual({
    ...{ motor: 'magnet-translation', name: `tcp ${device.address}`, from: 0, to: 8 },
  });
  expect(motor!.clock).toBe('host');
  await motor!.move(0.02);
  await until(() => device.heard.length === 1);
  expect(device.heard).toEqual(['MOV -20.0']);
  device.pass(1000);
  expect(await motor!.position()).toMatchObject({ at: 0.01, settled: false });
  device.pass(9000);
  await motor!.position();
  expect(await motor!.position()).toMatchObject({ at: 0.02, settled: true });
  await motor!.stop();
  await until(() => device.heard.at(-1) === 'STP');
  await motor!.close();
});

test('turns have settings of their own', async () => {
  const { address } = await lineDevice();
  const lines = [...TCP, `address = "${address}"`, 'from = -100', 'to = 100'];
  const [motor] = configuredMotors(configOf('magnetRotation', lines));
  expect(motor!.facts).toMatchObject({ motor: 'magnet-rotation', from: -100, to: 100 });
  await motor!.close();
});

test.each([
  ['address', ['from = 0', 'to = 1']],
  ['from', ['address = "a:1"', 'to = 1']],
  ['to', ['address = "a:1"', 'from = 0']],
])('without %s they are refused by that key', (key, lines) => {
  const config = configOf('magnetRotation', [...TCP, ...lines]);
  expect(() => configuredMotors(config)).toThrow(ConfigError);
  expect(() => configuredMotors(config)).toThrow(`magnetRotation.${key}: expected a value`);
});

test.each([
  ['moveCommand = "MOV"', /magnetTranslation.moveCommand/],
  ['deviceUnits = 0', /magnetTranslation.deviceUnits/],
])('%s is refused where it stands', (line, words) => {
  expect(() => configOf('magnetTranslation', [line])).toThrow(words);
});

test('a reply without a group is refused by its section', () => {
  const lines = TCP.filter((line) => !line.startsWith('reply'));
  const config = configOf('magnetRotation', [
    ...lines,
    'reply = "P"',
    'address = "a:1"',
    'from = 0',
    'to = 1',
  ]);
  expect(() => configuredMotors(config)).toThrow(/magnetRotation.reply: expected a regular expression/);
});
