import type { Trace } from '#protocol/trace-columns.ts';
import type { LiveStore } from './live-store.ts';
import type { TimeSpan } from './plot-choices.ts';
import { RelativeRing } from './relative-ring.ts';
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
import type { WatchedTrace } from './watched-traces.ts';

/** A trace that is held while the live one goes on. */
export interface HeldTrace {
  points: Trace;
  past: PastTrace | null;
}

/** One selected bead as it is shown. */
export interface ShownBead extends ShownTrace {
  bead: number;
  /** The past by its frames: the three values of a point are of one, unlike those of `past`. */
  pastFrames: PastPoints;
  /** What the points and the past are of: while both stay, points are only added. */
  sources: readonly [points: object, past: object | null];
}

/** What is on screen; columns hold until the next look. */
export interface TraceLook extends TimeSpan {
  /** In the order they were selected; those without a point yet are left out. */
  beads: ShownBead[];
  /** Length of the span: the same while it moves on. */
  spanS: number;
  /** Whether x, y and z are less the mean of the references. */
  isRelative: boolean;
}

/** The traces of the selected beads as a person wants to see them: live or held, as they are or relative, in a span of time. */
export class TraceView {
  readonly #store: LiveStore;
  /** By bead. */
  readonly #live = new Map<number, RelativeRing>();
  /** Relative traces of held ones, and relative pasts, which change seldom. */
  readonly #held = new WeakMap<HeldTrace, { of: readonly HeldTrace[]; points: Trace }>();
  readonly #pasts = new WeakMap<PastTrace, { of: readonly PastTrace[]; points: PastPoints }>();

  constructor(store: LiveStore) {
    this.#store = store;
  }

  look(): TraceLook {
    const { selection, references, plots, gapS } = this.#store;
    const isRelative = plots.isRelative.peek() && references.peek().length > 0;
    const traces = selection.peek().flatMap((bead) => this.#trace(bead, isRelative) ?? []);
    const windowS = plots.windowS.peek();
    const zoom = plots.zoom.peek();
    const spanS = zoom ? zoom.toS - zoom.fromS : windowS;
    const span = zoom ?? windowSpan(traces, windowS, this.#store.motorTrace.newestS);
    const inBuckets = spanS > FULL_RATE_S;
    const beads = traces.map(({ bead, points, past, pastFrames, sources }) => {
      const shown = shownTrace(points, past, { ...span, gapS: gapS(), inBuckets });
      return { bead, sources, ...shown, pastFrames: within(shown.past, pastFrames) };
    });
    for (const bead of this.#live.keys()) if (!selection.peek().includes(bead)) this.#live.delete(bead);
    return { ...span, spanS, isRelative, beads };
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

  #trace(bead: number, isRelative: boolean): ShownSource | null {
    const { plots, references, traces } = this.#store;
    const paused = plots.paused.peek();
    const own = paused ? paused.get(bead) : traces.of(bead);
    if (!own) return null;
    const others = isRelative ? references.peek().flatMap((other) => paused?.get(other) ?? []) : [];
    // A reference that was picked during the pause was not held.
    if (paused && isRelative && others.length < references.peek().length) return null;
    if (paused) return this.#heldTrace(bead, own as HeldTrace, others, isRelative);
    const { ring, past } = own as WatchedTrace;
    if (ring.length === 0 && !past) return null;
    if (!isRelative) return this.#absolute(bead, ring.all(), past, [ring, past]);
    const watched = references.peek().flatMap((other) => traces.of(other) ?? []);
    const rings = watched.map((other) => other.ring);
    let relative = this.#live.get(bead);
    if (!relative?.isOf(ring, rings)) {
      relative = new RelativeRing(ring, rings);
      this.#live.set(bead, relative);
    }
    const relativePoints = this.#relativePast(past, watched);
    const sources = [relative, relativePoints] as const;
    return { bead, points: relative.all(), past: relativePoints, pastFrames: relativePoints, sources };
  }

  #absolute(bead: number, points: Trace, past: PastTrace | null, sources: ShownBead['sources']): ShownSource {
    const pastFrames = this.#relativePast(past, []);
    return { bead, points, past: past?.points ?? null, pastFrames, sources };
  }

  #heldTrace(bead: number, own: HeldTrace, others: readonly HeldTrace[], isRelative: boolean): ShownSource {
    if (!isRelative) return this.#absolute(bead, own.points, own.past, [own, own.past]);
    let known = this.#held.get(own);
    if (!known || !isSame(known.of, others)) {
      const references = others.map(({ points }) => points);
      const points = copyTrace(new RelativeTrace().of(own.points, references, others.indexOf(own)));
      known = { of: others, points };
      this.#held.set(own, known);
    }
    const past = this.#relativePast(own.past, others);
    return { bead, points: known.points, past, pastFrames: past, sources: [known, past] };
  }

  #relativePast(past: PastTrace | null, others: readonly { past: PastTrace | null }[]): PastPoints | null {
    const pasts = others.flatMap((other) => other.past ?? []);
    if (!past || pasts.length < others.length) return null;
    let known = this.#pasts.get(past);
    if (!known || !isSame(known.of, pasts)) {
      known = { of: pasts, points: relativePast(past, pasts, this.#store.gapS()) };
      this.#pasts.set(past, known);
    }
    return known.points;
  }
}

/** All that is known of one bead, relative if wanted. */
interface ShownSource {
  bead: number;
  points: Trace;
  past: PastPoints | null;
  pastFrames: PastPoints | null;
  sources: ShownBead['sources'];
}

/** The frames of the past that is shown. */
function within(shown: PastPoints, frames: PastPoints | null): PastPoints {
  if (!frames || shown.timeS.length === 0) return shown;
  const { timeS } = frames;
  const end = pointsBefore(timeS, shown.timeS.at(-1)! + 1e-9);
  return sliceTrace(frames, pointsBefore(timeS, shown.timeS[0]!), end);
}

function isSame(some: readonly object[], others: readonly object[]): boolean {
  return some.length === others.length && some.every((one, at) => one === others[at]);
}

/** A young trace grows from the left, an older one scrolls; without one the time of the motors does. */
function windowSpan(traces: readonly ShownSource[], windowS: number, motorsS: number): TimeSpan {
  let newestS = Number.NEGATIVE_INFINITY;
  let oldestS = Number.POSITIVE_INFINITY;
  for (const { points, past } of traces) {
    newestS = Math.max(newestS, points.timeS.at(-1) ?? past?.timeS.at(-1) ?? newestS);
    oldestS = Math.min(oldestS, points.timeS[0] ?? oldestS, past?.timeS[0] ?? oldestS);
  }
  if (newestS < oldestS) {
    const toS = Math.max(windowS, motorsS || 0);
    return { fromS: toS - windowS, toS };
  }
  const fromS = Math.max(oldestS, newestS - windowS);
  return { fromS, toS: fromS + windowS };
}
