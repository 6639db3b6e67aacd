import { expect, test } from 'vitest';
import { DEFAULT_PATTERN, runFolderName } from '#protocol/run-folder-name.ts';

const startedAt = new Date('2026-11-21T14:03:59.900Z');
const of = (pattern: string, name = '', camera = 'simulated') =>
  runFolderName({ pattern, name, camera, startedAt });

test('the usual pattern is the time, and the name where there is one', () => {
  expect(of(DEFAULT_PATTERN)).toEqual({ folder: '2026-11-21_14-03-59' });
  expect(of(DEFAULT_PATTERN, 'lambda.2')).toEqual({ folder: '2026-11-21_14-03-59_lambda.2' });
});

test('a camera name becomes safe characters', () => {
  expect(of('{camera}-{name}', 'a', 'replay C:\\sweep/../1.tif')).toEqual({
    folder: 'replay-C-sweep-1.tif-a',
  });
});

test.each(['../x', 'a/b', 'a\\b', 'a b', 'ü', '\0', '$x', 'a\n'])('the name %j makes no folder', (name) => {
  expect(of(DEFAULT_PATTERN, name)).toEqual({ problem: expect.stringContaining('letters, digits') });
});

test.each([
  '{host}',
  '{}',
  '{date',
  'a/{date}',
  '..',
  '',
  '{name}',
  'sweeps',
  'Sweeps',
  'con',
  'lpt1.{name}',
])('the pattern %j makes no folder', (pattern) =>
  expect(of(pattern)).toEqual({ problem: expect.any(String) }),
);

test('a name too long for a folder is refused, as a whole and with what the pattern adds', () => {
  expect(of('{name}', 'x'.repeat(100))).toEqual({ folder: 'x'.repeat(100) });
  expect(of('{name}_{date}', 'x'.repeat(95))).toEqual({ problem: expect.stringContaining('100 characters') });
});
