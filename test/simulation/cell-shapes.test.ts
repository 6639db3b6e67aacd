import { expect, test } from 'vitest';
import { ConfigError } from '#protocol/errors.ts';
import { createCellShapes } from '#simulation/cell-shapes.ts';

const PARAMS = { cells: 60, radiusPx: 7, width: 300, height: 220, seed: 2 };

test('cells lie within the frame, and no pixel is inside two', () => {
  const owners = new Uint8Array(300 * 220);
  const shapes = createCellShapes(PARAMS);
  expect(shapes).toHaveLength(60);
  for (const { pixels, inside } of shapes) {
    pixels.forEach((pixel, index) => {
      owners[pixel]! += inside[index]!;
    });
    const area = inside.reduce((sum, pixel) => sum + pixel, 0);
    // Half axes of 0.9 to 1.2 and 0.8 to 1 of the radius; a pixel in ten for the edge.
    expect(area).toBeGreaterThan(0.65 * Math.PI * 49);
    expect(area).toBeLessThan(1.3 * Math.PI * 49);
  }
  expect(Math.max(...owners)).toBe(1);
});

test('there is a gap of dark pixels between any two cells', () => {
  const labels = new Int32Array(300 * 220).fill(-1);
  createCellShapes(PARAMS).forEach(({ pixels, inside }, cell) => {
    pixels.forEach((pixel, index) => {
      if (inside[index]) labels[pixel] = cell;
    });
  });
  labels.forEach((cell, pixel) => {
    for (const next of [1, 2, 300, 600]) {
      const other = labels[pixel + next] ?? -1;
      if (cell >= 0 && other >= 0) expect(other).toBe(cell);
    }
  });
});

test('a cell is brightest in its cytoplasm and fades beyond its edge', () => {
  for (const { pixels, light, inside } of createCellShapes(PARAMS)) {
    const brightest = light.indexOf(Math.max(...light));
    expect(inside[brightest]).toBe(1);
    expect(light[brightest]).toBeGreaterThan(0.8);
    pixels.forEach((_, index) => {
      if (!inside[index]) expect(light[index]).toBeLessThan(0.55);
    });
  }
});

test('the same seed makes the same cells', () => {
  expect(createCellShapes(PARAMS)).toEqual(createCellShapes(PARAMS));
  expect(createCellShapes({ ...PARAMS, seed: 3 })).not.toEqual(createCellShapes(PARAMS));
});

test('more cells than there is room for are refused with the most there may be', () => {
  expect(() => createCellShapes({ ...PARAMS, cells: 500 })).toThrow(ConfigError);
  expect(() => createCellShapes({ ...PARAMS, cells: 500 })).toThrow(/at most 165 of radius 7/);
});
