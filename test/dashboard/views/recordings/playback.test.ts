import { expect, test } from 'vitest';
import { createPlayback } from '../../../../dashboard/views/recordings/playback.ts';

test('a replay begins with its first 10 s, or all of it where there is less', () => {
  const long = createPlayback(60);
  expect([long.fromS.value, long.atS.value]).toEqual([0, 10]);
  const short = createPlayback(3);
  expect([short.fromS.value, short.atS.value, short.windowS.value]).toEqual([0, 3, 3]);
});

test('it goes on by the speed times what passed, as far as it is loaded, and stops at its end', () => {
  const playback = createPlayback(60);
  playback.speed.value = 25;
  playback.isPlaying.value = true;
  playback.advance(0.1, 60);
  expect(playback.atS.value).toBeCloseTo(12.5, 12);
  playback.advance(0.1, 13);
  expect(playback.atS.value).toBe(13);
  playback.advance(0.1, Number.NEGATIVE_INFINITY);
  expect([playback.atS.value, playback.isPlaying.value]).toEqual([13, true]);
  // A page that slept for an hour does not jump: a quarter of a second at most.
  playback.advance(3600, 60);
  expect(playback.atS.value).toBeCloseTo(19.25, 12);
  playback.speed.value = 100;
  for (let step = 0; step < 10; step++) playback.advance(0.1, 60);
  expect([playback.atS.value, playback.isPlaying.value]).toEqual([60, false]);
});

test('played from its end it begins again', () => {
  const playback = createPlayback(60);
  playback.seek(1000);
  expect(playback.atS.value).toBe(60);
  playback.toggle();
  expect([playback.atS.value, playback.isPlaying.value]).toEqual([10, true]);
  playback.toggle();
  expect(playback.isPlaying.value).toBe(false);
});

test('seeking and showing more or less time stay within the recording', () => {
  const playback = createPlayback(60);
  playback.seek(-5);
  expect([playback.fromS.value, playback.atS.value]).toEqual([0, 10]);
  playback.seek(42);
  playback.show(1);
  expect([playback.fromS.value, playback.atS.value]).toEqual([41, 42]);
  playback.show(600);
  expect([playback.fromS.value, playback.atS.value, playback.windowS.value]).toEqual([0, 60, 60]);
  playback.show(0);
  expect(playback.windowS.value).toBe(0.01);
});

test('a recording of one frame has a time to show', () => {
  const playback = createPlayback(0);
  expect(playback.windowS.value).toBe(0.01);
  playback.toggle();
  playback.advance(0.1, 0);
  expect([playback.atS.value, playback.isPlaying.value]).toEqual([0, false]);
});
