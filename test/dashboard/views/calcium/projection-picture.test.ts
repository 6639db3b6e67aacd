import { expect, test } from 'vitest';
import { contrastOf, tinted } from '../../../../dashboard/views/calcium/projection-picture.ts';

const gray = { tint: 'gray', darkest: 0, brightest: 0 } as const;

const projection = (pixels: number[]) => ({
  ...{ type: 'calcium-projection' as const, kind: 'mean' as const, frames: 3, low: 0, high: 1 },
  ...{ width: pixels.length, height: 1, pixels: Uint16Array.from(pixels) },
});

const bytesOf = (word: number) => [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24];

test('black and white are the values that so many of the pixels lie beyond', () => {
  const ramp = projection(Array.from({ length: 1001 }, (_, at) => 60 * at));
  expect(contrastOf(ramp, gray, [])).toEqual([0, 60_000]);
  expect(contrastOf(ramp, { ...gray, darkest: 10, brightest: 5 }, [])).toEqual([6000, 57_000]);
});

test('beads do not count, with the rings about their ROIs, unless there is hardly anything else', () => {
  const bright = projection([50_000, 50_000, 50_000, 50_000, 50_000, 50_000, 100, 100, 200, 300]);
  const bead = { bead: 0, left: 0, top: 0, size: 4 };
  expect(contrastOf(bright, gray, [bead])).toEqual([100, 50_000]);
  expect(contrastOf(bright, gray, [{ ...bead, left: 1 }])).toEqual([100, 300]);
  expect(contrastOf(bright, gray, [{ ...bead, size: 40 }])).toEqual([100, 50_000]);
});

test('an even picture is black, not a division by zero', () => {
  expect([...tinted(projection([77, 77]), gray, [])].map(bytesOf)).toEqual([
    [0, 0, 0, 255],
    [0, 0, 0, 255],
  ]);
});

test('gray goes from black to white, green over green to white', () => {
  const ramp = projection([0, 1000, 2000]);
  expect([...tinted(ramp, gray, [])].map(bytesOf)).toEqual([
    [0, 0, 0, 255],
    [128, 128, 128, 255],
    [255, 255, 255, 255],
  ]);
  const [black, green, white] = [...tinted(ramp, { ...gray, tint: 'green' }, [])].map(bytesOf);
  expect([black, white]).toEqual([
    [0, 0, 0, 255],
    [255, 255, 255, 255],
  ]);
  expect(green![1]).toBeGreaterThan(2 * Math.max(green![0]!, green![2]!));
});
