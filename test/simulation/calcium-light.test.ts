import { expect, test } from 'vitest';
import type { CalciumCourse } from '#simulation/calcium-course.ts';
import { createCalciumPainter } from '#simulation/calcium-light.ts';
import { createCellShapes } from '#simulation/cell-shapes.ts';

const SIZE = { width: 120, height: 90 };
const cells = createCellShapes({ cells: 6, radiusPx: 7, ...SIZE, seed: 1 });
const LIGHT = { ...SIZE, cells, neuropil: 0.6, motionPx: 0, seed: 7 };

/** A course that stands still. */
function still(part: Partial<CalciumCourse> = {}): CalciumCourse {
  const rest = { dff: new Float64Array(6), spikes: new Uint16Array(6), neuropil: 1, left: 1 };
  return { ...rest, shiftPx: [0, 0], advance: () => {}, ...part };
}

function draw(course: CalciumCourse, motionPx = 0): Float32Array {
  const image = new Float32Array(SIZE.width * SIZE.height);
  createCalciumPainter({ ...LIGHT, motionPx })(image, course);
  return image;
}

const meanOf = (image: Float32Array, pixels: Int32Array) =>
  pixels.reduce((sum, pixel) => sum + image[pixel]!, 0) / pixels.length;

test('the light of a cell grows by its dF/F, and that of no other cell', () => {
  const dff = Float64Array.from([0, 0, 0.5, 0, 0, 0]);
  const dark = draw(still({ neuropil: 0 }));
  const rest = draw(still());
  const active = draw(still({ dff }));
  cells.forEach(({ pixels }, cell) => {
    const own = meanOf(dark, pixels) - 0.05;
    const gain = (meanOf(active, pixels) - meanOf(rest, pixels)) / own;
    // float32 sums
    expect(gain).toBeCloseTo(dff[cell]!, 5);
  });
});

test('neuropil lies over cells as between them', () => {
  const rest = draw(still());
  const more = draw(still({ neuropil: 1.5 }));
  const glow = rest.map((light, pixel) => 2 * (more[pixel]! - light));
  const everywhere = glow.reduce((sum, light) => sum + light, 0) / glow.length;
  // 0.6 of the light of a cell, 0.5; a frame smaller than the waves is brighter or darker as a whole.
  expect(Math.abs(everywhere / 0.3 - 1)).toBeLessThan(0.5);
  for (const { pixels } of cells) expect(meanOf(glow, pixels) / everywhere).toBeGreaterThan(0.3);
});

test('bleaching dims all but the floor', () => {
  const full = draw(still());
  draw(still({ left: 0.25 })).forEach((light, pixel) => {
    expect(light).toBeCloseTo(0.05 + 0.25 * (full[pixel]! - 0.05), 5);
  });
});

test.each([
  [0.37, -0.22],
  [-0.5, 0.5],
  [0, 0],
] as const)('a scene shifted by %d, %d px has its cells there', (dx, dy) => {
  const centers = (image: Float32Array) =>
    cells.map(({ pixels }) => {
      const sums = [0, 0, 0];
      const isInside = new Set(pixels);
      for (let row = 1; row < SIZE.height - 1; row++) {
        for (let column = 1; column < SIZE.width - 1; column++) {
          const pixel = row * SIZE.width + column;
          // With the pixels around, into which the light of the edge has gone.
          const isNear = [0, 1, -1, SIZE.width, -SIZE.width].some((next) => isInside.has(pixel + next));
          if (!isNear) continue;
          const light = image[pixel]! - 0.05;
          sums[0]! += light;
          sums[1]! += light * column;
          sums[2]! += light * row;
        }
      }
      return [sums[1]! / sums[0]!, sums[2]! / sums[0]!] as const;
    });
  const from = centers(draw(still({ neuropil: 0 }), 0.5));
  const to = centers(draw(still({ neuropil: 0, shiftPx: [dx, dy] }), 0.5));
  from.forEach(([x, y], cell) => {
    // Some light goes beyond the pixels that are looked at; a pixel that is missed altogether is off by 0.2 px.
    expect(Math.abs(to[cell]![0] - x - dx)).toBeLessThan(0.02);
    expect(Math.abs(to[cell]![1] - y - dy)).toBeLessThan(0.02);
  });
});

test('cells that may move but rest look as those that cannot', () => {
  const fixed = draw(still({ neuropil: 0 }));
  draw(still({ neuropil: 0 }), 0.5).forEach((light, pixel) => {
    expect(light).toBe(fixed[pixel]);
  });
});
