import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RecordingError } from '#protocol/errors.ts';
import { isExists } from '#recording/output-file.ts';
import type { FilmFrame, PageLayout } from './film-frame.ts';
import type { FilmOrder } from './film-order.ts';
import { FilmSidecar } from './film-sidecar.ts';
import { MOVIE_ENDINGS, openPageWriter, type PageWriter } from './page-writer.ts';

/** Movies of one name in a folder; more are a program that runs wild. */
const MOST_ALIKE = 100_000;

/** A reader finds pages so long after they were written at the latest, and after a power cut, ms. */
const COMMIT_MS = 100;
const SYNC_MS = 1000;

interface Part {
  path: string;
  layout: PageLayout;
  writer: PageWriter;
  sidecar: FilmSidecar;
}

/**
 * Frames as files: one after the other while their pages stay alike and the files small enough.
 * One call at a time.
 */
export class Film {
  readonly #order: FilmOrder;
  #part: Part | null = null;
  #path: string | null = null;
  #lastId: number | null = null;
  /** Bytes of the parts before this one. */
  #bytes = 0;
  #committedMs = 0;
  #syncedMs = 0;

  constructor(order: FilmOrder) {
    this.#order = order;
  }

  /** File that is being written, or was last; null before the first frame. */
  get path(): string | null {
    return this.#path;
  }

  get bytes(): number {
    return this.#bytes + (this.#part?.writer.bytes ?? 0);
  }

  /**
   * Writes a frame as the next page. One that fails may be tried again.
   * @throws what the disk says
   */
  async append(frame: FilmFrame): Promise<void> {
    const { writer, sidecar } = await this.#partOf(frame);
    await writer.append(frame);
    sidecar.note(frame);
    this.#lastId = frame.id;
    const nowMs = performance.now();
    if (nowMs - this.#committedMs < COMMIT_MS) return;
    // The page is written: what fails now is tried again with the next.
    await this.#keepUp(nowMs).catch(() => {});
  }

  /**
   * Completes the last file.
   * @param lost frames behind the last that were not written
   * @throws what the disk says, after trying everything
   */
  async close(lost: number): Promise<void> {
    const part = this.#part;
    if (!part) return;
    this.#bytes += part.writer.bytes;
    this.#part = null;
    let failure: unknown;
    const keep = (cause: unknown) => {
      failure ??= cause;
    };
    await part.writer.close().catch(keep);
    await part.sidecar.close(lost).catch(keep);
    if (failure !== undefined) throw failure;
  }

  async #keepUp(nowMs: number): Promise<void> {
    const { writer, sidecar } = this.#part!;
    this.#committedMs = nowMs;
    await sidecar.flush();
    await writer.commit();
    if (nowMs - this.#syncedMs < SYNC_MS) return;
    this.#syncedMs = nowMs;
    await writer.sync();
    await sidecar.sync();
  }

  async #partOf({ layout, pixels }: FilmFrame): Promise<Part> {
    const part = this.#part;
    const isFull = part !== null && part.writer.bytes + pixels.length > this.#order.partBytes;
    if (part?.layout === layout && !isFull) return part;
    await this.close(0);
    this.#part = await this.#open(layout);
    this.#path = this.#part.path;
    return this.#part;
  }

  async #open(layout: PageLayout): Promise<Part> {
    const { base, every, format, page } = this.#order;
    await mkdir(dirname(base), { recursive: true });
    const { pixelSizeNm, fps, program } = page;
    const facts = {
      ...layout.shape,
      ...{ pixelSizeNm, program, secondsPerPage: fps > 0 ? every / fps : Number.NaN },
    };
    for (let copy = 1; copy <= MOST_ALIKE; copy++) {
      const name = copy === 1 ? base : `${base}_${copy}`;
      const path = name + MOVIE_ENDINGS[format];
      let sidecar: FilmSidecar | null = null;
      try {
        const about = { order: this.#order, layout, lastBefore: this.#lastId };
        sidecar = await FilmSidecar.open({ base: name, movie: path, ...about });
        return { path, layout, sidecar, writer: await openPageWriter(format, path, facts) };
      } catch (cause) {
        await sidecar?.discard();
        if (!isExists(cause)) throw cause;
      }
    }
    throw new RecordingError({
      where: base,
      expected: 'a name that is free',
      received: `${MOST_ALIKE} movies`,
    });
  }
}
