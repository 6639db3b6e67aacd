import type { BeadTrace, TraceHistory } from '#protocol/live.ts';
import { type PastTrace, pastTrace } from './trace-history.ts';
import { TraceRing } from './trace-ring.ts';

/** Points of a bead that are kept: two minutes at 2 kHz, 12 MB, 24 MB with what a fit tells. */
const TRACE_POINTS = 262_144;

/** What is known of one watched bead. */
export interface WatchedTrace {
  readonly bead: number;
  /** Every point since it is watched, as far back as fits. */
  readonly ring: TraceRing;
  /** What was before its first point, or over the time shown when that is long. */
  past: PastTrace | null;
}

/** Traces of the watched beads, in typed columns that plots take as they are. */
export class WatchedTraces {
  readonly #traces = new Map<number, WatchedTrace>();
  #fits = false;

  of(bead: number): WatchedTrace | undefined {
    return this.#traces.get(bead);
  }

  /** Watches these beads from now on; those watched before keep their traces. */
  watch(beads: readonly number[]): void {
    for (const bead of this.#traces.keys()) if (!beads.includes(bead)) this.#traces.delete(bead);
    for (const bead of beads) if (!this.#traces.has(bead)) this.#start(bead);
  }

  /** Another pipeline may fit a model, or no more: its traces begin anew. */
  setFits(fits: boolean): void {
    if (fits === this.#fits) return;
    this.#fits = fits;
    for (const bead of this.#traces.keys()) this.#start(bead);
  }

  /** Takes points; those of beads that are not watched any more are left out. */
  append(traces: readonly BeadTrace[], gapS: number): void {
    for (const trace of traces) this.#traces.get(trace.bead)?.ring.append(trace, gapS);
  }

  setPast(history: TraceHistory, gapS: number): void {
    const trace = this.#traces.get(history.bead);
    if (trace) trace.past = pastTrace(history, gapS);
  }

  /** Marks that points are missing here in every trace. */
  breakAll(): void {
    for (const { ring } of this.#traces.values()) ring.breakTrace();
  }

  #start(bead: number): void {
    this.#traces.set(bead, { bead, ring: new TraceRing(this.#fits, TRACE_POINTS), past: null });
  }
}
