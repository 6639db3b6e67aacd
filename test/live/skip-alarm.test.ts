import { expect, test } from 'vitest';
import { SkipAlarm } from '#tracker/live/skip-alarm.ts';

test('a spell of skipping is told of once, the next one again', () => {
  let nowMs = 0;
  const told: string[] = [];
  const alarm = new SkipAlarm(
    (text) => told.push(text),
    () => nowMs,
  );
  const after = (ms: number, skipped: number) => {
    nowMs += ms;
    alarm.note(skipped);
  };
  after(500, 0);
  expect(told).toEqual([]);
  after(500, 12);
  after(500, 30);
  after(9000, 31);
  after(9000, 32);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('12 frames were not measured');
  after(11_000, 32);
  after(500, 35);
  expect(told).toHaveLength(2);
  expect(told[1]).toContain('3 frames were not measured');
});
