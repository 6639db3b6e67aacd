import { ProtocolError } from './errors.ts';

/**
 * Which pixels of a frame belong to which cell; no pixel to two.
 *
 * `runs` are triples (first pixel, pixels, cell), row by row, ascending, each within a row: pixel = row * width + column.
 * Cells are numbers from 1 that need not follow one another: those of cells that are gone are not used again.
 */
export interface CellMap {
  width: number;
  height: number;
  /** [run, (first pixel, pixels, cell)] */
  runs: Uint32Array;
}

/** Largest number of a cell. */
export const LAST_CELL = 65_535;

/** The map of an image of cell numbers: [row, column], 0 outside. */
export function cellMapOf(labels: ArrayLike<number>, width: number, height: number): CellMap {
  const runs: number[] = [];
  for (let row = 0; row < height; row++) {
    let first = row * width;
    const end = first + width;
    while (first < end) {
      const cell = labels[first]!;
      let after = first + 1;
      while (after < end && labels[after] === cell) after++;
      if (cell > 0) runs.push(first, after - first, cell);
      first = after;
    }
  }
  return { width, height, runs: Uint32Array.from(runs) };
}

/** [row, column] number of the cell of every pixel; 0 outside. */
export function cellLabels({ width, height, runs }: CellMap): Int32Array {
  const labels = new Int32Array(width * height);
  for (let run = 0; run < runs.length; run += 3) {
    labels.fill(runs[run + 2]!, runs[run]!, runs[run]! + runs[run + 1]!);
  }
  return labels;
}

/** Numbers of the cells of a map, ascending. */
export function cellsOf({ runs }: CellMap): number[] {
  const cells = new Set<number>();
  for (let run = 2; run < runs.length; run += 3) cells.add(runs[run]!);
  return [...cells].sort((a, b) => a - b);
}

/**
 * A map as it came over a wire.
 * @param bytes little-endian triples of 32 bits
 * @throws {ProtocolError} naming the run that is not in order, not within its row, or of no cell
 */
export function parseCellMap(width: number, height: number, bytes: Uint8Array): CellMap {
  const refuse = (expected: string, received: string) =>
    new ProtocolError({ where: 'cells', expected, received });
  if (bytes.length % 12 !== 0) throw refuse('triples of 32 bits', `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const runs = new Uint32Array(bytes.length / 4);
  for (let at = 0; at < runs.length; at++) runs[at] = view.getUint32(4 * at, true);
  let free = 0;
  for (let at = 0; at < runs.length; at += 3) {
    const [first, pixels, cell] = [runs[at]!, runs[at + 1]!, runs[at + 2]!];
    const isInRow = pixels > 0 && (first % width) + pixels <= width && first + pixels <= width * height;
    if (first >= free && isInRow && cell > 0 && cell <= LAST_CELL) free = first + pixels;
    else {
      throw refuse(
        `runs in order within rows of ${width} px and ${height} rows, of cells from 1 to ${LAST_CELL}`,
        `run ${at / 3}: pixel ${first}, ${pixels} px, cell ${cell}`,
      );
    }
  }
  return { width, height, runs };
}

/** The bytes of the runs, little-endian. */
export function cellMapBytes({ runs }: CellMap): Uint8Array {
  const bytes = new Uint8Array(4 * runs.length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < runs.length; at++) view.setUint32(4 * at, runs[at]!, true);
  return bytes;
}
