import { readFile } from 'node:fs/promises';
import { RecordingError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import { KeptLines } from './kept-lines.ts';

/** ROIs that frames were cut from, until others follow. */
export interface CutFrom {
  frame: number;
  /** In px of the frame of the camera; others than those of the sweep may be among them. */
  rois: readonly Roi[];
}

/** Header of the list, which is that of a movie of ROIs: a frame is a page of the stack. */
const HEADER = 'page,bead,left,top,size';

/** Where the ROIs of a sweep were, in a list on disk with those that moved. */
export class SweepPlaces {
  readonly #list: KeptLines;
  /** [bead] what the list ends with. */
  #known: Map<number, string>;

  /** Begins a list with no place. */
  static async create(path: string, rois: readonly Roi[]): Promise<SweepPlaces> {
    return new SweepPlaces(await KeptLines.begin(path, `${HEADER}\n`), rois, []);
  }

  /**
   * Opens a list without what came after some frames.
   * @returns null where there is none, as in sweeps of old: a list of the rest would say nothing of the start
   * @throws {RecordingError} when it cannot be read or written
   */
  static async open(path: string, rois: readonly Roi[], frames: number): Promise<SweepPlaces | null> {
    try {
      const [, ...lines] = (await readFile(path, 'utf8')).split('\n');
      // Without the last, which is empty or was cut off.
      const kept = lines.slice(0, -1).filter((line) => Number.parseInt(line, 10) < frames);
      return new SweepPlaces(await KeptLines.begin(path, [HEADER, ...kept, ''].join('\n')), rois, kept);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      const expected = 'the places of the ROIs of a sweep, in a file that can be written';
      throw new RecordingError({ where: path, expected, received: String(cause) }, cause);
    }
  }

  private constructor(list: KeptLines, rois: readonly Roi[], lines: readonly string[]) {
    this.#list = list;
    this.#known = new Map(rois.map(({ bead }) => [bead, '']));
    for (const line of lines) {
      const [, bead, ...place] = line.split(',');
      this.#known.set(Number(bead), place.join(','));
    }
  }

  /** Adds the ROIs of the sweep that are elsewhere than before. */
  async append(cutFrom: readonly CutFrom[]): Promise<void> {
    const known = new Map(this.#known);
    let lines = '';
    for (const { frame, rois } of cutFrom) {
      for (const { bead, left, top, size } of rois) {
        const place = `${left},${top},${size}`;
        const before = known.get(bead);
        if (before === undefined || before === place) continue;
        known.set(bead, place);
        lines += `${frame},${bead},${place}\n`;
      }
    }
    if (lines === '') return;
    await this.#list.append(lines);
    this.#known = known;
  }
}
