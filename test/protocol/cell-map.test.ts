import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellLabels, cellMapBytes, cellMapOf, cellsOf, parseCellMap } from '#protocol/cell-map.ts';

const WIDTH = 7;
const HEIGHT = 5;
const labelImage = fc.array(fc.nat(4), { minLength: WIDTH * HEIGHT, maxLength: WIDTH * HEIGHT });

test('an image of cell numbers comes back from its map, pixel for pixel, also over a wire', () => {
  fc.assert(
    fc.property(labelImage, (labels) => {
      const map = cellMapOf(labels, WIDTH, HEIGHT);
      expect([...cellLabels(map)]).toEqual(labels);
      expect(parseCellMap(WIDTH, HEIGHT, cellMapBytes(map))).toEqual(map);
      expect(cellsOf(map)).toEqual([...new Set(labels)].filter(Boolean).sort());
    }),
    { seed: 5 },
  );
});

test('runs end with their rows, so that a cell across two rows is two runs', () => {
  const labels = new Uint8Array(WIDTH * HEIGHT);
  labels.fill(3, WIDTH - 2, WIDTH + 2);
  expect([...cellMapOf(labels, WIDTH, HEIGHT).runs]).toEqual([WIDTH - 2, 2, 3, WIDTH, 2, 3]);
});

describe('a map that came over a wire is refused', () => {
  const bytesOf = (...runs: number[]) => new Uint8Array(Uint32Array.from(runs).buffer);
  test.each<[string, Uint8Array, RegExp]>([
    ['that is cut off', bytesOf(0, 1, 1).subarray(0, 10), /triples of 32 bits, received 10 bytes/],
    ['whose runs overlap', bytesOf(0, 3, 1, 2, 1, 2), /run 1: pixel 2, 1 px, cell 2/],
    ['whose run crosses the end of a row', bytesOf(WIDTH - 1, 2, 1), /run 0: pixel 6, 2 px/],
    ['with a run beyond the frame', bytesOf(WIDTH * HEIGHT, 1, 1), /run 0: pixel 35/],
    ['with an empty run', bytesOf(0, 0, 1), /run 0: pixel 0, 0 px/],
    ['with cell 0', bytesOf(0, 1, 0), /cell 0/],
    ['with a cell above the largest', bytesOf(0, 1, 65_536), /cell 65536/],
  ])('%s', (_, bytes, message) => {
    expect(() => parseCellMap(WIDTH, HEIGHT, bytes)).toThrow(message);
  });
});
