import { open, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { MOVIE_DESCRIPTION } from '#protocol/movie.ts';
import { PIXEL_FORMATS, usedBits } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { type FileAccess, openFile } from '#recording/append-file.ts';
import type { FilmFrame, PageLayout } from './film-frame.ts';
import { FilmGaps } from './film-gaps.ts';
import type { FilmOrder } from './film-order.ts';

/** The movie that a sidecar tells of. */
export interface SidecarFacts {
  /** Path of the movie, and the same without its ending. */
  movie: string;
  base: string;
  order: FilmOrder;
  layout: PageLayout;
  /** Frame that the part before ended with; null for the first part. */
  lastBefore: number | null;
}

/** Rows of text that are appended to a file. */
class Rows {
  readonly #file: FileAccess;
  #end = 0;
  #waiting = '';

  constructor(file: FileAccess, header: string) {
    this.#file = file;
    this.add(header);
  }

  add(row: string): void {
    this.#waiting += `${row}\n`;
  }

  async flush(): Promise<void> {
    if (this.#waiting === '') return;
    const bytes = Buffer.from(this.#waiting);
    await this.#file.write(bytes, this.#end);
    this.#end += bytes.length;
    this.#waiting = '';
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * What a movie is, in text beside it: a `.json` of the whole and a `.csv` with the number and the times of every page;
 * of ROIs, a `-rois.csv` with where they were cut from, from a page on.
 */
export class FilmSidecar {
  readonly #base: string;
  readonly #movie: string;
  readonly #order: FilmOrder;
  readonly #layout: PageLayout;
  readonly #gaps: FilmGaps;
  readonly #startedAt = new Date().toISOString();
  #pages: Rows | null = null;
  #places: Rows | null = null;
  #rois: readonly Roi[] | null = null;
  #count = 0;
  #first: Pick<FilmFrame, 'id' | 'timeNs'> | null = null;
  #last: Pick<FilmFrame, 'id' | 'timeNs'> | null = null;

  /**
   * Claims the name of a movie.
   * @throws that there is a movie of this name already, or what else the disk says
   */
  static async open(facts: SidecarFacts): Promise<FilmSidecar> {
    const sidecar = new FilmSidecar(facts);
    const { layout } = facts;
    const { json, csv, rois } = sidecar.#paths;
    await writeFile(json, sidecar.#describe(null), { flag: 'wx' });
    try {
      sidecar.#pages = new Rows(await openFile(csv, 'wx'), 'page,frame,timeNs,receivedNs');
      if (!layout.strip) return sidecar;
      sidecar.#places = new Rows(await openFile(rois, 'wx'), 'page,bead,left,top,size');
      return sidecar;
    } catch (cause) {
      await sidecar.discard();
      throw cause;
    }
  }

  private constructor({ base, movie, order, layout, lastBefore }: SidecarFacts) {
    this.#base = base;
    this.#movie = movie;
    this.#order = order;
    this.#layout = layout;
    this.#gaps = new FilmGaps(order.every, lastBefore);
  }

  /** Gives the name back, where there can be no movie of it. */
  async discard(): Promise<void> {
    const { json, csv, rois } = this.#paths;
    const made = [json, ...(this.#pages ? [csv] : []), ...(this.#places ? [rois] : [])];
    await this.#pages?.close().catch(() => {});
    await this.#places?.close().catch(() => {});
    for (const path of made) await rm(path, { force: true }).catch(() => {});
  }

  /** A frame is a page of the movie. */
  note({ id, timeNs, receivedNs, rois, lostBefore }: FilmFrame): void {
    const page = this.#count++;
    this.#gaps.note(id, lostBefore);
    this.#pages!.add(`${page},${id},${timeNs},${receivedNs}`);
    if (rois && rois !== this.#rois) {
      const before = new Map(this.#rois?.map((roi) => [roi.bead, roi]));
      for (const { bead, left, top, size } of rois) {
        const known = before.get(bead);
        if (known?.left === left && known.top === top && known.size === size) continue;
        this.#places!.add(`${page},${bead},${left},${top},${size}`);
      }
      this.#rois = rois;
    }
    this.#last = { id, timeNs };
    this.#first ??= this.#last;
  }

  /** Writes the rows that wait. */
  async flush(): Promise<void> {
    await this.#pages!.flush();
    await this.#places?.flush();
  }

  /** Has everything written survive a power cut. */
  async sync(): Promise<void> {
    await this.flush();
    await this.#pages!.sync();
    await this.#places?.sync();
    await this.#write(null);
  }

  /** @param lost frames behind the last, because the disk was behind */
  async close(lost: number): Promise<void> {
    this.#gaps.end(lost);
    try {
      await this.flush();
      await this.#write(new Date().toISOString());
    } finally {
      await this.#pages!.close();
      await this.#places?.close();
    }
  }

  get #paths() {
    const base = this.#base;
    return { json: `${base}.json`, csv: `${base}.csv`, rois: `${base}-rois.csv` };
  }

  async #write(endedAt: string | null): Promise<void> {
    const path = this.#paths.json;
    const handle = await open(`${path}.tmp`, 'w');
    try {
      await handle.writeFile(this.#describe(endedAt));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.tmp`, path);
  }

  #describe(endedAt: string | null): string {
    const { about, every, format, page, subject } = this.#order;
    const { shape, strip } = this.#layout;
    const { dtype } = PIXEL_FORMATS[shape.pixelFormat];
    const bits = usedBits(shape.pixelFormat);
    const gaps = this.#gaps;
    const description = {
      format: MOVIE_DESCRIPTION,
      movie: basename(this.#movie),
      kind: format,
      tweezertrack: page.program,
      // Only of a movie that has its end: of another, the pages are to be counted.
      ...(endedAt !== null && { frames: this.#count }),
      ...{ y: shape.height, x: shape.width, dtype, ...(bits && { bits }) },
      axes: ['frame', 'row', 'column'],
      subject,
      every,
      ...{ fps: page.fps > 0 ? page.fps : null, pixelSizeNm: page.pixelSizeNm > 0 ? page.pixelSizeNm : null },
      units: { timeNs: 'ns since 1970, camera clock', receivedNs: 'ns since 1970, host clock', rois: 'px' },
      startedAt: this.#startedAt,
      endedAt,
      ...(this.#first && { firstFrame: this.#first.id, firstTimeNs: String(this.#first.timeNs) }),
      ...(this.#last && { lastFrame: this.#last.id, lastTimeNs: String(this.#last.timeNs) }),
      missing: { frames: gaps.missing, gaps: gaps.listed, unlisted: gaps.unlisted },
      ...(strip && { strip: strip.rois }),
      ...about,
    };
    return `${JSON.stringify(description, null, 2)}\n`;
  }
}
