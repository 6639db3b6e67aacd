import { OutputFile } from '#recording/output-file.ts';
import type { ExportSource } from './source.ts';
import { columnAt, type ExportTable } from './table.ts';

/** Characters of a write. */
const WRITE_LENGTH = 1 << 20;

/** What the columns of a text are, which it has no place for. */
export interface CalistoColumns {
  columns: string[];
  /** Of x, y and z. */
  units: { x: string; y: string; z: string };
  missing: string;
}

/**
 * Writes the text that CALISTO reads, without a header: `frame time x y z x y z ...`, one line a frame, a blank between
 * numbers, time in s since the first line, beads in ascending order. `NaN` is what is not known, also of a bead that was
 * not tracked in that frame. Frames that were not tracked have no line.
 * @returns rows of tracks, and what the columns are
 * @throws {RecordingError} when the recording cannot be read or the disk does not take it
 */
export async function writeCalisto(
  path: string,
  { tracks }: ExportSource,
): Promise<{ rows: number; columns: CalistoColumns }> {
  const beads = await beadsOf(tracks);
  const file = new OutputFile(path, false);
  let text = '';
  try {
    const lines = new Lines(tracks, beads);
    for await (const block of tracks.blocks()) {
      for (let row = 0; row < block[0]!.length; row++) {
        text += lines.add(block as never, row);
        if (text.length < WRITE_LENGTH) continue;
        file.write(Buffer.from(text));
        text = '';
      }
    }
    file.write(Buffer.from(text + lines.end()));
  } finally {
    file.close();
  }
  return { rows: tracks.rows, columns: describeColumns(tracks, beads) };
}

async function beadsOf(tracks: ExportTable): Promise<number[]> {
  const at = columnAt(tracks, 'bead');
  const beads = new Set<number>();
  for await (const block of tracks.blocks()) for (const bead of block[at] as Uint32Array) beads.add(bead);
  return [...beads].sort((a, b) => a - b);
}

function describeColumns(tracks: ExportTable, beads: readonly number[]): CalistoColumns {
  const inPx = tracks.columns.some(({ name }) => name === 'xPx');
  const unit = inPx ? 'px' : 'nm';
  return {
    columns: ['frame', 'time', ...beads.flatMap((bead) => [`x${bead}`, `y${bead}`, `z${bead}`])],
    units: { x: unit, y: unit, z: 'nm in the coordinate of the Z-LUT, as recorded' },
    missing: 'NaN; a frame that was not tracked has no line',
  };
}

class Lines {
  readonly #at: Record<'frame' | 'timeNs' | 'bead', number>;
  readonly #axes: number[];
  readonly #places: ReadonlyMap<number, number>;
  readonly #blank: string[];
  #values: string[] | null = null;
  #frame = -1;
  #timeNs = 0n;
  #startNs: bigint | null = null;

  constructor(tracks: ExportTable, beads: readonly number[]) {
    const at = (name: string) => columnAt(tracks, name);
    this.#at = { frame: at('frame'), timeNs: at('timeNs'), bead: at('bead') };
    const inPx = tracks.columns.some(({ name }) => name === 'xPx');
    this.#axes = (inPx ? ['xPx', 'yPx', 'zNm'] : ['xNm', 'yNm', 'zNm']).map(at);
    this.#places = new Map(beads.map((bead, place) => [bead, 3 * place]));
    this.#blank = new Array<string>(3 * beads.length).fill('NaN');
  }

  /** Takes a row; the line of the frame before, where it is the first of another. */
  add(block: readonly (ArrayLike<number> & ArrayLike<bigint>)[], row: number): string {
    const frame = block[this.#at.frame]![row] as number;
    const timeNs = block[this.#at.timeNs]![row] as bigint;
    let done = '';
    if (!this.#values || frame !== this.#frame || timeNs !== this.#timeNs) {
      done = this.end();
      this.#values = this.#blank.slice();
      this.#frame = frame;
      this.#timeNs = timeNs;
      this.#startNs ??= timeNs;
    }
    const place = this.#places.get(block[this.#at.bead]![row] as number)!;
    for (const [axis, column] of this.#axes.entries()) {
      this.#values[place + axis] = String(block[column]![row] as number);
    }
    return done;
  }

  /** The line of the last frame. */
  end(): string {
    if (!this.#values) return '';
    const line = `${this.#frame} ${seconds(this.#timeNs - this.#startNs!)} ${this.#values.join(' ')}\n`;
    this.#values = null;
    return line;
  }
}

/** s with all nine digits. */
export function seconds(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const digits = size.toString().padStart(10, '0');
  return `${ns < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
