import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_ROWS, blocksOf, type ColumnValues, type RowBatch } from '#exports/table.ts';

const COLUMNS = [
  { name: 'row', type: 'u32', unit: '' },
  { name: 'half', type: 'f64', unit: '' },
] as const;

/** Batches whose values are the number of their row and half of it. */
async function* batchesOf(sizes: readonly number[]): AsyncGenerator<RowBatch> {
  let first = 0;
  for (const rows of sizes) {
    const start = first;
    yield {
      rows,
      copy(column, into, at, from, to) {
        for (let row = from; row < to; row++) into[at + row - from] = (start + row) / (column + 1);
      },
    };
    first += rows;
  }
}

test('blocks hold every row once, in order, whatever the batches are', async () => {
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 2 * BLOCK_ROWS })),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(20), async (counts, fewer) => {
      const there = counts.reduce((sum, count) => sum + count, 0);
      // Rows that came after the table was opened are left out.
      const rows = Math.max(0, there - fewer);
      let next = 0;
      for await (const [row, half] of blocksOf(COLUMNS, rows, batchesOf(counts))) {
        expect(row!.length).toBe(Math.min(BLOCK_ROWS, rows - next));
        for (let at = 0; at < row!.length; at++, next++) {
          if (row![at] !== next || half![at] !== next / 2)
            throw new Error(`row ${next}: ${row![at]}, ${half![at]}`);
        }
      }
      expect(next).toBe(rows);
    }),
    { seed: 3, numRuns: 25 },
  );
});

test('a million rows take the memory of one block', async () => {
  const buffers = new Set<ArrayBufferLike>();
  let rows = 0;
  for await (const block of blocksOf(COLUMNS, 1e6, batchesOf(new Array(1000).fill(1000)))) {
    rows += block[0]!.length;
    for (const values of block as ColumnValues[]) buffers.add(values.buffer);
  }
  expect(rows).toBe(1e6);
  expect(buffers.size).toBe(COLUMNS.length);
  expect([...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(12 * BLOCK_ROWS);
});
