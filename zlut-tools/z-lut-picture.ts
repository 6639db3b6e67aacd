import { encode } from 'fast-png';
import type { ZLut } from '#protocol/z-lut.ts';

/** What is black and what is white: the least and most counts, or all but the outermost hundredth at either end. */
export const CONTRASTS = ['percentile', 'minmax'] as const;
export type Contrast = (typeof CONTRASTS)[number];

const OUTERMOST = 0.01;
/** Grays of a terminal of 256 colors, from black to white: 232 is the darkest of 24. */
const GRAYS = 24;
const FIRST_GRAY = 232;
/** From dark to light, where there are no colors. */
const LETTERS = ' .:-=+*#%@';

/** A table as gray levels from 0 to 1, NaN where there is none. */
interface Picture {
  rows: number;
  columns: number;
  /** [row, column] */
  levels: Float64Array;
}

/** A Z-LUT as a picture, one row a plane and one column a radius; NaN stays. */
function pictureOf({ planes, radii, profiles }: ZLut, contrast: Contrast): Picture {
  const sorted = profiles.filter(Number.isFinite).sort();
  const skip = contrast === 'percentile' ? Math.floor(sorted.length * OUTERMOST) : 0;
  const [black, white] = [sorted[skip] ?? 0, sorted[sorted.length - 1 - skip] ?? 0];
  const range = white - black || 1;
  const levels = profiles.map((counts) => Math.min(Math.max((counts - black) / range, 0), 1));
  return { rows: planes, columns: radii, levels };
}

/** A Z-LUT as an 8-bit PNG, one pixel a bin: planes down, radii to the right; empty bins are black. */
export function pngOfZLut(zLut: ZLut, contrast: Contrast): Uint8Array {
  const { rows, columns, levels } = pictureOf(zLut, contrast);
  const data = Uint8Array.from(levels, (level) => (Number.isNaN(level) ? 0 : Math.round(255 * level)));
  return encode({ width: columns, height: rows, data, channels: 1, depth: 8 });
}

/**
 * A Z-LUT as lines for a terminal: planes down, radii to the right.
 * @param columns most characters of a line, and `lines` most lines
 * @param color two rows a line in 24 grays; otherwise one in letters
 */
export function linesOfZLut(
  zLut: ZLut,
  { contrast, columns, lines, color }: { contrast: Contrast; columns: number; lines: number; color: boolean },
): string[] {
  const whole = pictureOf(zLut, contrast);
  const width = Math.min(columns, whole.columns);
  if (!color) {
    const { rows, levels } = shrink(whole, Math.min(lines, whole.rows), width);
    return rowsOf(rows, (row) =>
      rowsOf(width, (column) => letterOf(levels[row * width + column]!))
        .join('')
        .trimEnd(),
    );
  }
  const { rows, levels } = shrink(whole, Math.min(2 * lines, whole.rows), width);
  return rowsOf(Math.ceil(rows / 2), (line) => {
    const cells = rowsOf(width, (column) => {
      const upper = grayOf(levels[2 * line * width + column]!);
      const below = levels[(2 * line + 1) * width + column];
      return `\x1b[38;5;${upper}${below === undefined ? '' : `;48;5;${grayOf(below)}`}m▀`;
    });
    return `${cells.join('')}\x1b[0m`;
  });
}

function rowsOf<T>(length: number, of: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => of(index));
}

function letterOf(level: number): string {
  return Number.isNaN(level) ? '?' : LETTERS[Math.round(level * (LETTERS.length - 1))]!;
}

function grayOf(level: number): number {
  return FIRST_GRAY + (Number.isNaN(level) ? 0 : Math.round(level * (GRAYS - 1)));
}

/** A smaller picture, each of its pixels the mean of those it covers; NaN where they all are. */
function shrink({ rows, columns, levels }: Picture, height: number, width: number): Picture {
  const smaller = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    const [top, bottom] = [(row * rows) / height, ((row + 1) * rows) / height].map(Math.floor) as [
      number,
      number,
    ];
    for (let column = 0; column < width; column++) {
      const left = Math.floor((column * columns) / width);
      const right = Math.floor(((column + 1) * columns) / width);
      let sum = 0;
      let filled = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const level = levels[y * columns + x]!;
          if (Number.isNaN(level)) continue;
          sum += level;
          filled++;
        }
      }
      smaller[row * width + column] = sum / filled;
    }
  }
  return { rows: height, columns: width, levels: smaller };
}
