import type { Pixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createRandom } from '#simulation/random.ts';

/** What can be wrong with the pixels of an ROI. */
const SPOILINGS = {
  flat: (level: number) => 0.3 * level,
  black: () => 0,
  blown: (level: number) => level,
  'all-nan': () => Number.NaN,
  saturated: (level: number, row: number, column: number) => (row === 9 && column > 11 ? level : undefined),
  'nan-pixel': (_: number, row: number, column: number) =>
    row === 15 && column === 17 ? Number.NaN : undefined,
  'nan-corner': (_: number, row: number, column: number) => (row + column === 0 ? Number.NaN : undefined),
  line: (level: number, row: number) => (row === 20 ? level / 2 : 0),
  noise: (level: number, _row: number, _column: number, random: () => number) => level * random(),
} as const;

/** What can be wrong with the bead itself, for those who draw it: its column as a share of the ROI, or its plane. */
export const MISPLACED = {
  'off-center': { column: 0.07 },
  'near-border': { column: 0.28 },
  'first-planes': { plane: 1.4 },
  'beyond-planes': { plane: 60 },
} as const;

export type Spoiling = keyof typeof SPOILINGS | keyof typeof MISPLACED;

/** Writes over the pixels of one ROI. */
export function spoil(
  pixels: Pixels,
  width: number,
  { left, top, size, bead }: Roi,
  spoiling: Spoiling,
  saturation: number,
): void {
  if (spoiling in MISPLACED) return;
  const countsOf = SPOILINGS[spoiling as keyof typeof SPOILINGS];
  const level = Math.min(saturation, 255 * 257);
  const generator = createRandom(bead + 71);
  const random = () => generator.uniform();
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const counts = countsOf(level, row, column, random);
      if (counts !== undefined) pixels[(top + row) * width + left + column] = counts;
    }
  }
}
