import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CellMap, cellLabels, cellsOf } from '#protocol/cell-map.ts';
import { encodeNpy } from '#protocol/npy.ts';
import type { CellFacts, CellSettings } from './cell-record.ts';

type DiskAlarm = (name: string, cause: unknown) => void;

/** What cells were measured with, from which frame on; writes each map as an image of the numbers of its cells. */
export class CellSettingsLog {
  readonly list: CellSettings[] = [];
  /** Kept once every map so far is on the disk, or refused. */
  written: Promise<unknown> = Promise.resolve();
  readonly #folder: string;
  readonly #diskAlarm: DiskAlarm;
  #map: CellMap | null = null;
  #next: CellFacts | null = null;

  constructor(folder: string, diskAlarm: DiskAlarm) {
    this.#folder = folder;
    this.#diskAlarm = diskAlarm;
  }

  changed(facts: CellFacts): void {
    this.#next = facts;
  }

  /**
   * A frame comes that is measured with what was set last.
   * @returns whether the list has grown
   */
  measured(frame: number): boolean {
    if (!this.#next) return false;
    const { map, fps, neuropil, steps } = this.#next;
    this.#next = null;
    const last = this.list.at(-1);
    const isSame = last && this.#map && sameMaps(this.#map, map);
    const file = isSame ? last.file : `cells-${frame}.npy`;
    const params = steps.map((step) => ({ stage: step.stage, params: step.params }));
    this.list.push({ frame, file, cells: cellsOf(map).length, fps, neuropil, steps: params });
    if (!isSame) this.#write(file, map);
    this.#map = map;
    return true;
  }

  #write(file: string, map: CellMap): void {
    const image = encodeNpy(Uint16Array.from(cellLabels(map)), [map.height, map.width]);
    const writing = writeFile(join(this.#folder, file), image).catch((cause: unknown) =>
      this.#diskAlarm(file, cause),
    );
    this.written = Promise.all([this.written, writing]);
  }
}

function sameMaps(one: CellMap, other: CellMap): boolean {
  return (
    one.width === other.width &&
    one.height === other.height &&
    one.runs.length === other.runs.length &&
    one.runs.every((value, at) => value === other.runs[at])
  );
}
