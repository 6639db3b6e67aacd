import type { Trace } from '#protocol/trace-columns.ts';
import type { LiveStore } from './live-store.ts';
import type { TimeSpan } from './plot-choices.ts';
import { RelativeTrace } from './relative-trace.ts';
import {
  FULL_RATE_S,
  type PastPoints,
  type PastTrace,
  relativePast,
  type ShownTrace,
  shownTrace,
} from './trace-history.ts';
import { copyTrace, pointsBefore, sliceTrace } from './trace-ring.ts';

/** A trace that is held while the live one goes on. */
export interface HeldTrace {
  points: Trace;
  past: PastTrace | null;
}

/** One selected bead as it is shown. */
export interface ShownBead extends ShownTrace {
  bead: number;
}

/** What is on screen; columns hold until the next look. */
export interface TraceLook extends TimeSpan {
  /** In the order they were selected; those without a point yet are left out. */
  beads: ShownBead[];
  /** Whether x, y and z are less the mean of the references. */
  isRelative: boolean;
}

/** The traces of the selected beads as a person wants to see them: live or held, as they are or relative, in a span of time. */
export class TraceView {
  readonly #store: LiveStore;
  /** By bead; each keeps its buffers. */
  readonly #relative = new Map<number, RelativeTrace>();
  /** Relative pasts of these pasts, which change seldom. */
  readonly #pasts = new WeakMap<PastTrace, { of: readonly PastTrace[]; points: PastPoints }>();

  constructor(store: LiveStore) {
    this.#store = store;
  }

  look(): TraceLook {
    const { selection, references, plots, gapS } = this.#store;
    const isRelative = plots.isRelative.peek() && references.peek().length > 0;
    const held = selection.peek().flatMap((bead) => {
      const trace = this.#held(bead);
      return trace ? [{ bead, ...trace }] : [];
    });
    const span = plots.zoom.peek() ?? windowSpan(held, plots.windowS.peek());
    const inBuckets = span.toS - span.fromS > FULL_RATE_S + 1e-6;
    const others = isRelative ? references.peek().map((bead) => this.#held(bead)) : [];
    const beads = held.map(({ bead, points, past }) => {
      const shownPast = isRelative ? this.#relativePast(past, others) : (past?.points ?? null);
      const shown = shownTrace(points, shownPast, { ...span, gapS: gapS(), inBuckets });
      return { bead, ...(isRelative ? this.#subtract(bead, shown, others) : shown) };
    });
    for (const bead of this.#relative.keys())
      if (!selection.peek().includes(bead)) this.#relative.delete(bead);
    return { ...span, isRelative, beads };
  }

  /** Traces of all watched beads as they are now, at most `seconds` long, for a pause. */
  hold(seconds: number): Map<number, HeldTrace> {
    const held = new Map<number, HeldTrace>();
    for (const bead of this.#store.watched.peek()) {
      const trace = this.#store.traces.of(bead);
      if (!trace) continue;
      const points = trace.ring.all();
      const first = pointsBefore(points.timeS, trace.ring.newestTimeS - seconds);
      held.set(bead, { points: copyTrace(sliceTrace(points, first, points.timeS.length)), past: trace.past });
    }
    return held;
  }

  #held(bead: number): HeldTrace | undefined {
    const paused = this.#store.plots.paused.peek();
    if (paused) return paused.get(bead);
    const trace = this.#store.traces.of(bead);
    if (!trace || (trace.ring.length === 0 && !trace.past)) return undefined;
    return { points: trace.ring.all(), past: trace.past };
  }

  #subtract(bead: number, shown: ShownTrace, others: readonly (HeldTrace | undefined)[]): ShownTrace {
    let relative = this.#relative.get(bead);
    if (!relative) {
      relative = new RelativeTrace();
      this.#relative.set(bead, relative);
    }
    const empty = sliceTrace(shown.atFullRate, 0, 0);
    // A reference of which nothing is known yet leaves nothing to show.
    const references = others.map((other) => other?.points ?? empty);
    const own = this.#store.references.peek().indexOf(bead);
    const atFullRate = relative.of(shown.atFullRate, references, own);
    const points = atFullRate.timeS.length;
    return {
      ...shown,
      atFullRate,
      recent: sliceTrace(atFullRate, points - shown.recent.timeS.length, points),
    };
  }

  #relativePast(past: PastTrace | null, others: readonly (HeldTrace | undefined)[]): PastPoints | null {
    const pasts = others.flatMap((other) => other?.past ?? []);
    if (!past || pasts.length < others.length) return null;
    const known = this.#pasts.get(past);
    if (known && known.of.length === pasts.length && pasts.every((other, at) => other === known.of[at])) {
      return known.points;
    }
    const points = relativePast(past, pasts, this.#store.gapS());
    this.#pasts.set(past, { of: pasts, points });
    return points;
  }
}

/** A young trace grows from the left, an older one scrolls. */
function windowSpan(held: readonly HeldTrace[], windowS: number): TimeSpan {
  let newestS = Number.NEGATIVE_INFINITY;
  let oldestS = Number.POSITIVE_INFINITY;
  for (const { points, past } of held) {
    newestS = Math.max(newestS, points.timeS.at(-1) ?? past?.untilS ?? newestS);
    oldestS = Math.min(oldestS, points.timeS[0] ?? oldestS, past?.points.timeS[0] ?? oldestS);
  }
  if (newestS < oldestS) return { fromS: 0, toS: windowS };
  const fromS = Math.max(oldestS, newestS - windowS);
  return { fromS, toS: fromS + windowS };
}
