import { expect, test } from 'vitest';
import { RestAfterDeath } from '#calcium-live/rest-after-death.ts';

test('threads that measure nothing are given longer and longer rests, up to a minute', () => {
  let nowMs = 5;
  const rest = new RestAfterDeath(() => nowMs);
  const rests = Array.from({ length: 10 }, () => {
    rest.died();
    const diedMs = nowMs;
    while (!rest.isOver) nowMs += 500;
    return (nowMs - diedMs) / 1000;
  });
  expect(rests).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  rest.measured(1);
  rest.died();
  expect(rest.isOver).toBe(true);
});

test('a death is news again after a hundred frames', () => {
  const rest = new RestAfterDeath(() => 0);
  expect(rest.died()).toBe(true);
  rest.measured(99);
  expect(rest.died()).toBe(false);
  rest.measured(60);
  rest.measured(40);
  expect(rest.died()).toBe(true);
});
