import { expect, test } from 'vitest';
import { alignFrames, alignFrames031 } from '#calcium-files/align-frames.ts';
import { parseVoltageRecording, parseVoltageSettings } from '#calcium-files/voltage-recording.ts';

const times = { startS: Float64Array.of(0, 0.01, 0.02), periodS: 0.01 };

test('a sample belongs to the frame that is scanned, or to the nearest start, of two the earlier', () => {
  const timeMs = Float64Array.of(-1, 0, 5, 5.1, 9.9, 10, 15.1, 29.9, 30, 31);
  expect([...alignFrames(timeMs, times, 'hold')]).toEqual([-1, 0, 0, 0, 0, 1, 1, 2, -1, -1]);
  expect([...alignFrames(timeMs, times, 'nearest')]).toEqual([-1, 0, 0, 1, 1, 1, 2, 2, -1, -1]);
});

test('without a frame there is none for any sample', () => {
  const none = { startS: new Float64Array(0), periodS: 1 };
  expect([...alignFrames(Float64Array.of(0, 1), none, 'hold')]).toEqual([-1, -1]);
  const { frame, filled } = alignFrames031(Float64Array.of(0, 1), new Float64Array(0));
  expect([...frame, ...filled]).toEqual([NaN, NaN, NaN, NaN]);
});

test('times that go back are refused', () => {
  expect(() => alignFrames(Float64Array.of(0, 2, 1), times, 'hold')).toThrow(
    /timeMs\[2\]: expected ascending times, received 1 after 2/,
  );
});

test('samples of a recording are sorted by time', () => {
  const { names, timeMs, volts } = parseVoltageRecording(
    '\uFEFFTime(ms), A, B c\r\n2, 3, 4\r\n1, 5, 6\r\n',
    'v.csv',
  );
  expect(names).toEqual(['A', 'B c']);
  expect([...timeMs]).toEqual([1, 2]);
  expect(volts).toEqual({ shape: [2, 2], values: Float64Array.of(5, 6, 3, 4) });
});

test.each([
  ['', /v\.csv line 1: expected Time\(ms\)/],
  ['Time(ms)\n1', /v\.csv line 1/],
  ['Time(ms), A\n1, 2\n3', /v\.csv line 3: expected 2 numbers, received 3/],
  ['Time(ms), A\n1, x', /v\.csv line 2/],
  ['Time(ms), A\n1, ', /v\.csv line 2/],
])('a recording of %j is refused by its line', (text, message) => {
  expect(() => parseVoltageRecording(text, 'v.csv')).toThrow(message);
});

test('another document than that of voltages is refused', () => {
  expect(() => parseVoltageSettings('<PVScan/>', 'v.xml')).toThrow(/v\.xml: expected the rate/);
});
