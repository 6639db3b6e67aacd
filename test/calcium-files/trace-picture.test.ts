import { describe, expect, test } from 'vitest';
import { TracePicture } from '#calcium-files/trace-picture.ts';

const [WIDTH, HEIGHT, FRAMES] = [320, 120, 50];
/** Darker than the grid and the paper. */
const INK = 200;

function draw(values: number[], cells = 1) {
  const shape = [cells, values.length / cells];
  return new TracePicture(
    { shape, values: Float64Array.from(values) },
    { width: WIDTH, height: HEIGHT, fps: 10 },
  );
}

/** Columns in which something was drawn between two pictures, and the mean row of what was in each. */
function drawnBetween(before: Uint8Array, after: Uint8Array): { columns: number[]; rows: number[] } {
  const columns: number[] = [];
  const rows: number[] = [];
  for (let x = 0; x < WIDTH; x++) {
    const changed = Array.from({ length: HEIGHT }, (_, y) => y).filter((y) => {
      const at = y * WIDTH + x;
      return before[at] !== after[at] && after[at]! < INK;
    });
    if (changed.length === 0) continue;
    columns.push(x);
    rows.push(changed.reduce((sum, y) => sum + y, 0) / changed.length);
  }
  return { columns, rows };
}

describe('a picture of a trace', () => {
  const ramp = Array.from({ length: FRAMES }, (_, frame) => frame);

  test('grows to the right with the frames, and leaves what was drawn', () => {
    const picture = draw(ramp);
    const pictures = [0, 24, 49].map((frame) => picture.growTo(frame));
    const [first, second] = [
      drawnBetween(pictures[0]!, pictures[1]!),
      drawnBetween(pictures[1]!, pictures[2]!),
    ];
    expect(Math.max(...first.columns)).toBeLessThanOrEqual(Math.min(...second.columns));
    // Half of the frames is half of the way: px, a line is one wide.
    const length = Math.max(...second.columns) - Math.min(...first.columns);
    expect(
      Math.abs(Math.max(...first.columns) - Math.min(...first.columns) - length / 2),
    ).toBeLessThanOrEqual(4);
    // What rises goes up, in a straight line.
    const rows = [...first.rows, ...second.rows];
    for (let at = 1; at < rows.length; at++) expect(rows[at]).toBeLessThanOrEqual(rows[at - 1]!);
    expect(rows[0]! - rows.at(-1)!).toBeGreaterThan(0.8 * (HEIGHT - 30));
    expect(picture.growTo(10)).toEqual(pictures[2]);
  });

  test('has a gap where there is no number', () => {
    const gap = ramp.map((value) => (value >= 20 && value < 30 ? Number.NaN : value));
    const blank = draw(gap.map(() => Number.NaN)).growTo(49);
    expect(drawnBetween(blank, draw(gap.map(() => Number.NaN)).growTo(49)).columns).toEqual([]);
    const start = draw(gap).growTo(0);
    const { columns } = drawnBetween(start, draw(gap).growTo(49));
    const steps = columns.slice(1).map((column, at) => column - columns[at]!);
    const perFrame = (columns.at(-1)! - columns[0]!) / 48;
    expect(steps.filter((step) => step > 2)).toHaveLength(1);
    // From frame 19 to frame 30, less the width of a point.
    expect(Math.abs(Math.max(...steps) - 11 * perFrame)).toBeLessThan(2);
  });

  test('shows a number alone between gaps as a point', () => {
    const lone = ramp.map((value) => (value === 0 || value === 25 || value === 49 ? value : Number.NaN));
    const { columns } = drawnBetween(draw(lone).growTo(24), draw(lone).growTo(25));
    expect(columns).toHaveLength(1);
  });

  test('draws several traces in grays of their own, and a flat one in the middle', () => {
    const [low, high] = [ramp.map(() => 1), ramp.map(() => 2)];
    const pixels = draw([...low, ...high], 2).growTo(49);
    const grays = new Set(
      pixels.subarray(Math.floor(WIDTH * HEIGHT * 0.05), Math.floor(WIDTH * HEIGHT * 0.8)),
    );
    expect([...grays].sort((a, b) => a - b)).toEqual([0, 160, 225, 255]);
    const flat = drawnBetween(draw(low).growTo(0), draw(low).growTo(49));
    for (const row of flat.rows) expect(Math.abs(row - HEIGHT / 2)).toBeLessThan(12);
  });
});
