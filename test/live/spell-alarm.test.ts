import { expect, test } from 'vitest';
import { SpellAlarm } from '#tracker/live/spell-alarm.ts';

test('a spell of frames left out is told of once, the next one again', () => {
  let nowMs = 0;
  const told: number[] = [];
  const alarm = new SpellAlarm(
    (frames) => told.push(frames),
    () => nowMs,
  );
  const after = (ms: number, leftOut: number) => {
    nowMs += ms;
    alarm.note(leftOut);
  };
  after(500, 0);
  expect(told).toEqual([]);
  after(500, 12);
  after(500, 30);
  after(9000, 31);
  after(9000, 32);
  expect(told).toEqual([12]);
  after(11_000, 32);
  after(500, 35);
  expect(told).toEqual([12, 3]);
});
