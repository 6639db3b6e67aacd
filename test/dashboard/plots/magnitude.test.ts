import { expect, test } from 'vitest';
import { Magnitudes } from '../../../dashboard/plots/magnitude.ts';
import { offeredPlots } from '../../../dashboard/plots/plot-definitions.ts';

const FRAME = { xPx: 10, yPx: 20, pixelSizeNm: 100 };

function positions(...points: [number, number, number][]) {
  const column = (at: number) => Float64Array.from(points, (point) => point[at]!);
  return { xPx: column(0), yPx: column(1), zNm: column(2) };
}

test('a magnitude is the length of x and y about their zeros and z, in nm', () => {
  const of = new Magnitudes().of(positions([10, 20, -70], [13, 24, 0], [13, 16, 1200]), FRAME);
  expect([...of]).toEqual([70, 500, 1300]);
});

test('a magnitude is NaN where x, y or z is', () => {
  const lost = positions([Number.NaN, 20, 1], [10, Number.NaN, 1], [10, 20, Number.NaN], [10, 20, 1]);
  expect([...new Magnitudes().of(lost, FRAME)]).toEqual([Number.NaN, Number.NaN, Number.NaN, 1]);
});

test('magnitudes of one trace after the other lie in the same memory', () => {
  const magnitudes = new Magnitudes();
  const first = magnitudes.of(positions([10, 20, 5], [10, 20, 6]), FRAME);
  expect(magnitudes.of(positions([10, 20, 7]), FRAME).buffer).toBe(first.buffer);
  expect([...magnitudes.of(positions([10, 20, 1], [10, 20, 8]), FRAME, 1)]).toEqual([7, 8]);
});

test('the magnitude follows z where the size of a pixel is known and is not offered elsewhere', () => {
  const names = (pixelSizeNm: number, fits: boolean) =>
    offeredPlots(fits, pixelSizeNm).map(({ name }) => name);
  expect(names(108, true)).toEqual(['x', 'y', 'z', 'magnitude', 'score', 'χ²']);
  expect(names(108, false)).toEqual(['x', 'y', 'z', 'magnitude', 'score']);
  expect(names(Number.NaN, false)).toEqual(['x', 'y', 'z', 'score']);
});
