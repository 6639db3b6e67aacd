import { expect, test } from 'vitest';
import { colorImages } from '#calcium/color-images.ts';
import {
  cutoffImages,
  generateBackgroundImages,
  generateCustomColormap,
  rescaleImages,
} from '#calcium/coloring.ts';

const IMAGES = { shape: [1, 2, 3], values: Uint16Array.of(10, 20, 30, 40, 50, 60) };

test('limits between two counts stay between them', () => {
  expect([...cutoffImages(IMAGES, [10, 90]).values]).toEqual([15, 20, 30, 40, 50, 55]);
  expect(() => cutoffImages(IMAGES, [90, 10])).toThrow(/cutoffs\[1\]: expected from 90 to 100/);
});

test('images fill the range, flat ones lie at its lower end', () => {
  expect([...rescaleImages(IMAGES, [0, 1]).values]).toEqual(
    [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => expect.closeTo(value, 14)),
  );
  const flat = { shape: [1, 1, 2], values: Uint16Array.of(7, 7) };
  expect([...rescaleImages(flat, [2, 5]).values]).toEqual([2, 2]);
});

test('the background is gray unless asked otherwise', () => {
  expect([...generateBackgroundImages(IMAGES).values]).toEqual([0, 51, 102, 153, 204, 255]);
  expect([...generateBackgroundImages(IMAGES, 'white').values]).toEqual(new Array(6).fill(255));
  const copy = generateBackgroundImages(IMAGES, 'copy');
  expect(copy).toEqual(IMAGES);
  expect(copy.values).not.toBe(IMAGES.values);
});

test('colors run from the first through the others to the last', () => {
  const { shape, values } = generateCustomColormap(
    [
      [0, 0, 0],
      [1, 0, 0.5],
      [1, 1, 0.5],
    ],
    5,
  );
  expect(shape).toEqual([5, 3]);
  expect([...values]).toEqual([0, 0, 0, 0.5, 0, 0.25, 1, 0, 0.5, 1, 0.5, 0.5, 1, 1, 0.5]);
  expect(() => generateCustomColormap([[0, 0, 0]])).toThrow(/colors: expected at least 2/);
});

test('a cell has its color as bright as the movie is there, what is beside it stays gray', () => {
  const mask = { shape: [2, 3], values: Uint8Array.of(0, 0, 0, 1, 0, 1) };
  const { shape, values } = colorImages(IMAGES, [mask], [[1, 0, 0.25]], 1);
  expect(shape).toEqual([1, 2, 3, 3]);
  expect([...values.subarray(3, 6)]).toEqual([51, 51, 51]);
  expect([...values.subarray(9, 12)]).toEqual([153, 0, 38]);
  expect([...values.subarray(15)]).toEqual([255, 0, 64]);
  const half = colorImages(IMAGES, [mask], [[1, 0, 0.25]], 0.6).values;
  expect([...half.subarray(15)]).toEqual([255, 102, 140]);
  const other = { shape: [3, 2], values: mask.values };
  expect(() => colorImages(IMAGES, [other], [[1, 0, 0]])).toThrow(/masks\[0\]: expected shape \[2, 3\]/);
});
