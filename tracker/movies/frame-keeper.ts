import type { FilmOrder } from './film-order.ts';
import { FrameRing, type KeptFrame } from './frame-ring.ts';
import type { FrameRequest, MovieReply } from './movie-messages.ts';
import type { FrameSource } from './page-source.ts';
import { PatientFilm } from './patient-film.ts';

/** Told of what is kept so often at most, ms. */
const TELL_MS = 200;

/** The last frames in memory, and the files they are written to when somebody asks, while more are kept. */
export class FrameKeeper {
  readonly #reply: (message: MovieReply) => void;
  readonly #ring = new FrameRing();
  /** Frames for which there was no room since the last that is kept. */
  #lost = 0;
  #saving: Promise<void> = Promise.resolve();
  #left: number | null = null;
  #file: string | null = null;
  #isClosing = false;
  #toldMs = 0;

  constructor(reply: (message: MovieReply) => void) {
    this.#reply = reply;
  }

  setLimits(lastS: number, mostBytes: number): void {
    this.#ring.setLimits(lastS, mostBytes);
    this.#tell();
  }

  /** Copies a frame; its memory may be given back then. */
  add({ id, timeNs, receivedNs, lostBefore }: FrameRequest, source: FrameSource): void {
    const { fill, layout, pageBytes, rois } = source;
    const frame = { id, timeNs, receivedNs, layout, rois, lostBefore: this.#lost + lostBefore };
    const done = this.#ring.keep(frame, pageBytes, fill);
    this.#lost = done ? 0 : frame.lostBefore + 1;
    this.#reply({ type: 'settled', done });
    if (performance.now() - this.#toldMs > TELL_MS) this.#tell();
  }

  /** Writes what is kept, as soon as what was asked for before is written. */
  save(order: FilmOrder): void {
    const frames = this.#ring.want();
    this.#left = (this.#left ?? 0) + frames.length;
    this.#saving = this.#saving.then(() => this.#write(order, frames));
    this.#tell();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#saving;
  }

  async #write(order: FilmOrder, frames: readonly KeptFrame[]): Promise<void> {
    const film = new PatientFilm(order, {
      onTrouble: (where, text) => this.#reply({ type: 'trouble', where, text }),
      isHurried: () => this.#isClosing,
    });
    let written = 0;
    for (const frame of frames) {
      if (await film.append(frame)) written++;
      frame.wanted--;
      this.#left!--;
    }
    this.#ring.tidy();
    await film.close(frames.length - written);
    this.#file = film.path;
    if (this.#left === 0) this.#left = null;
    if (film.path !== null) {
      this.#reply({ type: 'saved', file: film.path, frames: written, bytes: film.bytes });
    }
    this.#tell();
  }

  #tell(): void {
    this.#toldMs = performance.now();
    const { frames, seconds, bytes } = this.#ring;
    this.#reply({ type: 'kept', frames, seconds, bytes, saving: this.#left, file: this.#file });
  }
}
