import { expect, test } from 'vitest';
import { scaleColor, scaleEnds } from '../../../../dashboard/views/bead-wall/field-colors.ts';

test('the scale grows brighter all the way, and values beyond it have its ends', () => {
  const brightness = (share: number) => {
    const [red, green, blue] = scaleColor(share).match(/\d+/g)!.map(Number) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  for (let share = 0; share < 1; share += 0.05) {
    expect(brightness(share + 0.05)).toBeGreaterThan(brightness(share));
  }
  expect([scaleColor(-1), scaleColor(2)]).toEqual([scaleColor(0), scaleColor(1)]);
});

test('one bad bead among many does not set the scale, and beads alike have one', () => {
  const values = Array.from({ length: 100 }, (_, at) => at);
  expect(scaleEnds([...values, 1e6, Number.NaN])).toEqual([5, 95]);
  const [from, to] = scaleEnds([12, 12, 12])!;
  expect(to).toBeGreaterThan(from);
  expect(scaleEnds([Number.NaN])).toBeNull();
});
