import { expect, test } from 'vitest';
import { cellLabels, cellMapOf } from '#protocol/cell-map.ts';
import { decodeNpy, encodeNpy } from '#protocol/npy.ts';
import { labelFile, parseLabelFile } from '../../../../dashboard/views/calcium/label-file.ts';

const size = { width: 4, height: 3 };
const LABELS = Int32Array.of(0, 1, 1, 0, 0, 0, 300, 300, 7, 0, 0, 65_535);

test('cells come back from the image they were saved as, which NumPy reads by row and column', () => {
  const map = cellMapOf(LABELS, size.width, size.height);
  const bytes = labelFile(map);
  expect(decodeNpy(bytes)).toMatchObject({ dtype: 'u2', shape: [3, 4] });
  const parsed = parseLabelFile(bytes, size);
  expect(parsed).toEqual({ labels: LABELS });
  expect(cellLabels(map)).toEqual(LABELS);
});

test('masks of any type of number are taken, also of 64 bits and of truth values', () => {
  const mask = encodeNpy(BigInt64Array.from(LABELS, BigInt), [3, 4]);
  expect(parseLabelFile(mask, size)).toEqual({ labels: LABELS });
  const truth = encodeNpy(
    Uint8Array.from(LABELS, (label) => (label > 0 ? 1 : 0)),
    [3, 4],
  );
  expect(parseLabelFile(truth, size)).toEqual({ labels: LABELS.map((label) => (label > 0 ? 1 : 0)) });
});

test.each([
  ['another size', encodeNpy(new Int32Array(12), [4, 3]), /3 rows and 4 columns, this is 4 x 3/],
  ['a stack', encodeNpy(new Int32Array(12), [1, 3, 4]), /3 rows and 4 columns, this is 1 x 3 x 4/],
  [
    'fractions',
    encodeNpy(
      Float32Array.from(LABELS, (l) => l / 2),
      [3, 4],
    ),
    /found 0.5 in row 0, column 1/,
  ],
  [
    'negative numbers',
    encodeNpy(
      Int16Array.from(LABELS, () => -1),
      [3, 4],
    ),
    /found -1 in row 0, column 0/,
  ],
  ['no NumPy file', new Uint8Array(40), /NumPy .npy file/],
])('%s are refused with what is wrong', (_, bytes, wrong) => {
  expect(parseLabelFile(bytes, size)).toEqual({ wrong: expect.stringMatching(wrong) });
});
