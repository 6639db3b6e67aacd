import { setTimeout as pause } from 'node:timers/promises';
import { reason } from '#recording/output-file.ts';
import { Film } from './film.ts';
import type { FilmFrame } from './film-frame.ts';
import type { FilmOrder } from './film-order.ts';

/** Until a disk that did not take a frame is asked again, ms. */
const REST_MS = 250;

export interface PatientFilmOptions {
  /** The disk does not take what it should; told once for a spell. */
  onTrouble(where: string, text: string): void;
  /** Whether a frame that the disk does not take is given up. */
  isHurried(): boolean;
}

/** A film that tries a frame again until the disk takes it, or somebody is in a hurry. */
export class PatientFilm {
  readonly #film: Film;
  readonly #order: FilmOrder;
  readonly #options: PatientFilmOptions;
  #isTroubled = false;

  constructor(order: FilmOrder, options: PatientFilmOptions) {
    this.#film = new Film(order);
    this.#order = order;
    this.#options = options;
  }

  get path(): string | null {
    return this.#film.path;
  }

  get bytes(): number {
    return this.#film.bytes;
  }

  /** Resolves to whether the frame is written. */
  async append(frame: FilmFrame): Promise<boolean> {
    for (;;) {
      try {
        await this.#film.append(frame);
        this.#isTroubled = false;
        return true;
      } catch (cause) {
        this.#trouble(cause);
        if (this.#options.isHurried()) return false;
        await pause(REST_MS);
      }
    }
  }

  /** @param lost frames behind the last that were not written */
  async close(lost: number): Promise<void> {
    await this.#film.close(lost).catch((cause: unknown) => this.#trouble(cause));
  }

  #trouble(cause: unknown): void {
    if (!this.#isTroubled) this.#options.onTrouble(this.path ?? this.#order.base, reason(cause));
    this.#isTroubled = true;
  }
}
