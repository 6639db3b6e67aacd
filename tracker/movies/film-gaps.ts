/** Frames that should have been in a movie and are not. */
export interface FilmGap {
  firstFrame: number;
  lastFrame: number;
  /** Of them, those that had come and were lost because the disk was behind; the camera did not send the others. */
  lost: number;
}

/** Gaps that are listed one by one; all are counted. */
const MOST_LISTED = 10_000;

/** Which frames are missing among those of a film. */
export class FilmGaps {
  readonly #every: number;
  readonly #listed: FilmGap[] = [];
  #last: number | null;
  #missing = 0;
  #unlisted = 0;

  /**
   * @param every one frame in so many is filmed: the others are not missing
   * @param last frame before the first of this film, in the part before it; null where there is none
   */
  constructor(every: number, last: number | null) {
    this.#every = every;
    this.#last = last;
  }

  get listed(): readonly FilmGap[] {
    return this.#listed;
  }

  get missing(): number {
    return this.#missing;
  }

  /** Gaps that came after so many that they are not listed. */
  get unlisted(): number {
    return this.#unlisted;
  }

  /** A frame is in the film. */
  note(id: number, lostBefore: number): void {
    const every = this.#every;
    if (this.#last !== null) this.#gap(this.#last + every, id - every, lostBefore);
    this.#last = id;
  }

  /** The film has ended with frames lost behind its last. */
  end(lost: number): void {
    if (this.#last === null || lost === 0) return;
    this.#gap(this.#last + this.#every, this.#last + lost * this.#every, lost);
  }

  #gap(firstFrame: number, lastFrame: number, lost: number): void {
    if (lastFrame < firstFrame) return;
    this.#missing += Math.floor((lastFrame - firstFrame) / this.#every) + 1;
    if (this.#listed.length === MOST_LISTED) this.#unlisted++;
    else this.#listed.push({ firstFrame, lastFrame, lost });
  }
}
