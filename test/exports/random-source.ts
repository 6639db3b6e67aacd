import fc from 'fast-check';
import type { ExportFacts } from '#exports/facts.ts';
import type { ExportSource } from '#exports/source.ts';
import { COLUMN_TYPES, type ColumnType, type ColumnValues, type ExportTable } from '#exports/table.ts';

/** Values of whole columns, and the table that hands them out in blocks of these numbers of rows. */
export interface KnownTable {
  table: ExportTable;
  values: ColumnValues[];
}

/** Tracks of every type, with the numbers that writers get wrong: NaN, -0, infinities, the smallest and largest. */
export const anyTable: fc.Arbitrary<KnownTable> = fc
  .record({ seed: fc.nat(), blocks: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }) })
  .map(({ seed, blocks }) => knownTable(seed, blocks));

const COLUMNS: readonly (readonly [string, ColumnType])[] = [
  ['frame', 'u32'],
  ['timeNs', 'i64'],
  ['bead', 'u32'],
  ['xNm', 'f64'],
  ['yNm', 'f64'],
  ['zNm', 'f64'],
  ['score', 'f32'],
  ['status', 'u16'],
  ['event', 'u8'],
];

const ODD = [
  Number.NaN,
  -0,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  5e-324,
  1.7976931348623157e308,
];

export function knownTable(seed: number, blocks: readonly number[]): KnownTable {
  const rows = blocks.reduce((sum, count) => sum + count, 0);
  const next = fc.sample(fc.double(), { numRuns: 997, seed });
  const float = (at: number) => (at % 5 === 0 ? ODD[(at + seed) % ODD.length]! : next[at % 997]!);
  const whole = (at: number) => Math.floor(Math.abs(Math.sin(at + seed)) * 2 ** 32);
  const values = COLUMNS.map(([, type], column) => {
    const of = new COLUMN_TYPES[type](rows);
    for (let row = 0; row < rows; row++) {
      const at = row * 31 + column;
      if (of instanceof BigInt64Array) {
        of[row] = BigInt.asIntN(64, BigInt(whole(at)) * BigInt(whole(at + 1)) - BigInt(whole(at + 2)));
      } else of[row] = type.startsWith('f') ? float(at) : whole(at);
    }
    return of;
  });
  const columns = COLUMNS.map(([name, type]) => ({ name, type, unit: `unit of ${name}` }));
  async function* inBlocks(): AsyncGenerator<ColumnValues[]> {
    let from = 0;
    for (const count of blocks) {
      yield values.map((column) => column.subarray(from, from + count));
      from += count;
    }
  }
  return { table: { name: 'tracks', columns, rows, blocks: inBlocks }, values };
}

export const FACTS: ExportFacts = {
  format: 'tweezertrack-export/1',
  tweezertrack: '0.0.0',
  calibration: { pixelSizeNm: 112.5 },
  note: 'two µm and a "quote"',
};

export function sourceOf(tracks: ExportTable): ExportSource {
  return { tracks, cells: { ...tracks, name: 'cells' }, facts: FACTS };
}

/** Bytes of values, of which NaN equals NaN and -0 is not 0. */
export function bytesOf(values: ColumnValues): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
