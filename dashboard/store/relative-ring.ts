import type { Trace } from '#protocol/trace-columns.ts';
import { RelativeTrace } from './relative-trace.ts';
import { sliceTrace, TraceRing } from './trace-ring.ts';

/** Trace of a bead less the mean of its references that goes on as points come; each is reckoned once. */
export class RelativeRing {
  readonly #bead: TraceRing;
  readonly #references: readonly TraceRing[];
  readonly #own: number;
  readonly #ring: TraceRing;
  readonly #relative = new RelativeTrace();
  #seen = 0;

  constructor(bead: TraceRing, references: readonly TraceRing[]) {
    this.#bead = bead;
    this.#references = references;
    this.#own = references.indexOf(bead);
    this.#ring = new TraceRing(bead.fits, bead.capacity);
  }

  /** Whether it is of these. */
  isOf(bead: TraceRing, references: readonly TraceRing[]): boolean {
    return (
      bead === this.#bead &&
      references.length === this.#references.length &&
      references.every((reference, at) => reference === this.#references[at])
    );
  }

  /** All points until now, as views that hold until the next call. */
  all(): Trace {
    const fresh = Math.min(this.#bead.added - this.#seen, this.#bead.length);
    this.#seen = this.#bead.added;
    if (fresh > 0) {
      const { length } = this.#bead;
      const points = sliceTrace(this.#bead.all(), length - fresh, length);
      const references = this.#references.map((reference) => reference.all());
      // Where the line is broken is known already.
      this.#ring.append(this.#relative.of(points, references, this.#own), Number.POSITIVE_INFINITY);
    }
    return this.#ring.all();
  }
}
