import type { FilmFrame } from './film-frame.ts';
import type { FilmOrder } from './film-order.ts';
import type { FrameRequest, MovieReply } from './movie-messages.ts';
import type { FrameSource } from './page-source.ts';
import { PatientFilm } from './patient-film.ts';

type Entry =
  | { type: 'frame'; frame: FrameRequest; source: FrameSource }
  | { type: 'film'; order: FilmOrder | null; lost: number };

/** Frames on their way to the disk, in the order they came; who sends them bounds how many wait. */
export class FilmQueue {
  readonly #reply: (message: MovieReply) => void;
  readonly #queue: Entry[] = [];
  #film: PatientFilm | null = null;
  #working: Promise<void> | null = null;
  #isClosing = false;
  /** Frames that were given up since the last that was written. */
  #lost = 0;
  #page = new Uint8Array();

  constructor(reply: (message: MovieReply) => void) {
    this.#reply = reply;
  }

  /** A frame whose memory is read until it is settled. */
  add(frame: FrameRequest, source: FrameSource): void {
    this.#push({ type: 'frame', frame, source });
  }

  /**
   * Frames from now on are written as another film, or not at all.
   * @param lost frames that were lost since the last one
   */
  change(order: FilmOrder | null, lost: number): void {
    this.#push({ type: 'film', order, lost });
  }

  /** Writes what waits; what the disk does not take is given up. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#push({ type: 'film', order: null, lost: 0 });
    await this.#working;
  }

  #push(entry: Entry): void {
    this.#queue.push(entry);
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  async #work(): Promise<void> {
    for (let entry = this.#queue.shift(); entry; entry = this.#queue.shift()) {
      if (entry.type === 'frame') await this.#write(entry.frame, entry.source);
      else await this.#change(entry.order, entry.lost);
    }
  }

  async #write(request: FrameRequest, source: FrameSource): Promise<void> {
    const film = this.#film;
    const done = film !== null && (await film.append(this.#frameOf(request, source)));
    this.#lost = done ? 0 : this.#lost + request.lostBefore + 1;
    this.#reply({ type: 'settled', done });
    if (film) this.#reply({ type: 'film', file: film.path, bytes: film.bytes });
  }

  #frameOf(request: FrameRequest, source: FrameSource): FilmFrame {
    const { id, timeNs, receivedNs } = request;
    const { layout, rois, pageBytes, whole } = source;
    const lostBefore = this.#lost + request.lostBefore;
    let pixels = whole;
    if (!pixels) {
      // One page is written at a time.
      if (this.#page.length !== pageBytes) this.#page = new Uint8Array(pageBytes);
      pixels = this.#page;
      source.fill(pixels);
    }
    return { id, timeNs, receivedNs, pixels, layout, rois, lostBefore };
  }

  async #change(order: FilmOrder | null, lost: number): Promise<void> {
    const film = this.#film;
    if (film) {
      await film.close(this.#lost + lost);
      this.#reply({ type: 'film', file: film.path, bytes: film.bytes });
    }
    this.#lost = 0;
    this.#film = order && this.#open(order);
  }

  #open(order: FilmOrder): PatientFilm {
    return new PatientFilm(order, {
      onTrouble: (where, text) => this.#reply({ type: 'trouble', where, text }),
      // A film that is to end does not wait for a disk.
      isHurried: () => this.#isClosing || this.#queue.some(({ type }) => type === 'film'),
    });
  }
}
