import { describe, expect, test } from 'vitest';
import { type FrameLevel, frameLevels } from '#rois/frame-levels.ts';
import { findRingCenters } from '#rois/ring-centers.ts';
import { type SyntheticField, syntheticField } from './synthetic-field.ts';

function levelOf(field: SyntheticField, noise = 1): FrameLevel {
  return frameLevels(field.expose(noise), field, (scale) => scale === 1)[0]!;
}

describe('ring centers', () => {
  test('the most voted place is the middle of the rings, within 0.3 px, dark or bright', () => {
    for (const contrast of [0.4, -0.4]) {
      const level = levelOf(syntheticField(160, 120, 1).rings(71.3, 58.8, 24, contrast));
      const [first] = findRingCenters(level);
      expect(Math.hypot(first!.x - 71.3, first!.y - 58.8)).toBeLessThan(0.3);
    }
  });

  test('a picture without slopes has none', () => {
    expect(findRingCenters(levelOf(syntheticField(160, 120, 1), 0))).toEqual([]);
  });

  test('rings on a background without any noise have one', () => {
    const [first] = findRingCenters(levelOf(syntheticField(400, 300, 1).rings(71.3, 58.8, 12), 0));
    expect(Math.hypot(first!.x - 71.3, first!.y - 58.8)).toBeLessThan(0.3);
  });

  test.each([
    ['dark', 60],
    ['bright', 200],
  ])('a %s disk, whose slopes all point one way, has its middle', (_, count) => {
    const background = syntheticField(160, 120, 4).expose(2);
    const pixels = background.map((noise, i) =>
      Math.hypot((i % 160) - 71.3, Math.floor(i / 160) - 58.8) < 18 ? noise + count - 100 : noise,
    );
    const [first] = findRingCenters(frameLevels(pixels, { width: 160, height: 120 }, (s) => s === 1)[0]!);
    expect(Math.hypot(first!.x - 71.3, first!.y - 58.8)).toBeLessThan(0.5);
  });
});
