import { expect, test } from 'vitest';
import { dilateMask, disk, neuropilRing } from '#calcium/dilation.ts';
import { maskTraces, toSparseMask } from '#calcium/mask-traces.ts';
import { maskAbove, maskCoordinates } from '#calcium/masks.ts';
import { projectImages } from '#calcium/projections.ts';
import { pixelTraces, roiTrace, subtractNeuropil, weightsImage } from '#calcium/roi-traces.ts';

/** [3 frames, 2 rows, 3 columns] */
const IMAGES = {
  shape: [3, 2, 3],
  values: Uint16Array.of(1, 2, 3, 4, 5, 6, 1, 4, 3, 8, 5, 0, 1, 6, 3, 0, 5, 3),
};

const imageOf = (text: string) => {
  const rows = text.trim().split(/\s+/);
  return { shape: [rows.length, rows[0]!.length], values: Uint8Array.from(rows.join(''), Number) };
};

test('projections are statistics of each pixel over time', () => {
  const projections = (['mean', 'median', 'max', 'min'] as const).map((name) => [
    ...projectImages(IMAGES, name).values,
  ]);
  expect(projections).toEqual([
    [1, 4, 3, 4, 5, 3],
    [1, 4, 3, 4, 5, 3],
    [1, 6, 3, 8, 5, 6],
    [1, 2, 3, 0, 5, 0],
  ]);
  const std = projectImages(IMAGES, 'std');
  expect(std.shape).toEqual([2, 3]);
  expect(std.values[1]).toBeCloseTo(Math.sqrt(8 / 3), 14);
});

test('the spread of a bright pixel keeps its digits', () => {
  const values = Float64Array.of(1e8, 1e8 + 1, 1e8 + 2);
  expect(projectImages({ shape: [3, 1, 1], values }, 'std').values[0]).toBeCloseTo(Math.sqrt(2 / 3), 12);
});

test('a pixel on the threshold is not in the mask', () => {
  const projection = { shape: [1, 5], values: Float64Array.of(0, 1, 2, 3, 4) };
  const { mask, threshold } = maskAbove(projection, { method: 'percentile', value: 50 });
  expect([threshold, ...mask.values]).toEqual([2, 0, 0, 0, 1, 1]);
  expect(maskAbove(projection, { method: 'sigma', value: 1 }).threshold).toBeCloseTo(2 + Math.SQRT2, 14);
});

test('coordinates go row by row', () => {
  const { y, x } = maskCoordinates(imageOf('010 001'));
  expect([[...y], [...x]]).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test('a single pixel grows to a disk, cut at the border', () => {
  expect(disk(2)).toEqual(imageOf('00100 01110 11111 01110 00100'));
  expect(dilateMask(imageOf('0000000 0000010 0000000 0000000'), 2)).toEqual(
    imageOf('0000111 0001111 0000111 0000010'),
  );
});

test('a ring leaves its gap and the other cells out', () => {
  const mask = imageOf('0000000 0000000 0001000 0000000 0000000');
  const ring = neuropilRing(mask, 1, 1);
  expect(ring).toEqual(imageOf('0001000 0010100 0100010 0010100 0001000'));
  const exclude = imageOf('0000000 0000000 0000011 0000000 0000000');
  expect(neuropilRing(mask, 1, 1, { exclude })).toEqual(imageOf('0001000 0010100 0100000 0010100 0001000'));
});

test('a ring is widened to its fewest pixels, and refused where there are not so many', () => {
  const mask = imageOf('0000000 0000000 0001000 0000000 0000000');
  const pixels = (of: { values: Uint8Array }) => of.values.reduce((sum, pixel) => sum + pixel, 0);
  expect(pixels(neuropilRing(mask, 1, 1, { leastPixels: 9 }))).toBeGreaterThanOrEqual(9);
  expect(() => neuropilRing(mask, 1, 1, { leastPixels: 31 })).toThrow(/at most the 30 pixels/);
});

test('traces of pixels are frames x pixels, and weighted by brightness', () => {
  const mask = imageOf('010 100');
  const traces = pixelTraces(IMAGES, mask);
  expect(traces).toEqual({ shape: [3, 2], values: Uint16Array.of(2, 4, 4, 8, 6, 0) });
  const { mean, weights, weighted } = roiTrace(traces);
  expect([...mean]).toEqual([3, 6, 3]);
  expect([...weights]).toEqual([0.5, 0.5]);
  expect([...weighted]).toEqual([3, 6, 3]);
  expect([...weightsImage(weights, mask).values]).toEqual([0, 0.5, 0, 0.5, 0, 0]);
});

test('a mask of another image or of no pixel is refused', () => {
  expect(() => pixelTraces(IMAGES, imageOf('01 10'))).toThrow(/shape \[2, 3\], as the images/);
  expect(() => pixelTraces(IMAGES, imageOf('000 000'))).toThrow(/lower the threshold/);
});

test('masks are weighted means in every frame, overlapping or not', () => {
  const weighted = { shape: [2, 3], values: Float64Array.of(0, 0.5, 0, 1.5, 0, 0) };
  const masks = [imageOf('111 110'), weighted].map(toSparseMask);
  const { shape, values } = maskTraces(IMAGES, masks);
  expect(shape).toEqual([2, 3]);
  const want = [3, 4.2, 3, 3.5, 7, 1.5];
  for (const [at, value] of want.entries()) expect(values[at]).toBeCloseTo(value, 14);
});

test('a mask without weight, or of a larger frame, is refused', () => {
  expect(() => toSparseMask(imageOf('000 000'))).toThrow(/received zeros only/);
  const larger = toSparseMask(imageOf('000 000 001'));
  expect(() => maskTraces(IMAGES, [larger])).toThrow(/masks\[0\]: expected pixels below 6.*received 8/);
});

test('neuropil is taken off by its share', () => {
  expect([...subtractNeuropil(Float64Array.of(10, 20), Float64Array.of(10, 10), 0.5)]).toEqual([5, 15]);
  expect(() => subtractNeuropil(new Float64Array(2), new Float64Array(3))).toThrow(/2 frames, received 3/);
});
