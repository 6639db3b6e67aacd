import { nowNs } from '#protocol/clock.ts';
import { forEachLatencyStep, type LatencyBudgetStatus, type LatencyStep } from '#protocol/latency-step.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { TrackedFrame } from './track-sink.ts';

/** Frames tracked between two messages to the dashboards; what is more is not timed. */
const MAX_UNSENT = 4096;
/** A camera's clock this far ahead of the tracker's or behind it tells another time, ns. */
const AHEAD_NS = 1_000_000_000n;
const BEHIND_NS = 60_000_000_000n;

/** A step over a whole run. */
interface LatencySummary {
  frames: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Steps that no frame took are left out. */
export type LatencySummaries = Partial<Record<LatencyStep, LatencySummary>>;

/** How far the camera's clock could be trusted. */
export interface CameraClockCounts {
  /** Frames that arrived before their exposure by up to a second: taken as no time at all. */
  ahead: number;
  /** Frames whose time is not the time of day: they are in no step from the camera. */
  foreign: number;
}

/** Where the time of a frame goes, step by step; noting a frame allocates no buffer. */
export class LatencyBudget {
  readonly histograms = forEachLatencyStep(() => new LatencyHistogram());
  readonly cameraClock: CameraClockCounts = { ahead: 0, foreign: 0 };
  readonly #startNs = nowNs();
  /** [frame] µs since the start at which frames that no dashboard got yet were tracked. */
  readonly #unsentUs = new Float64Array(MAX_UNSENT);
  #unsent = 0;

  /** @param watched whether a dashboard is there to be sent the tracks */
  tracked(frames: readonly TrackedFrame[], watched: boolean): void {
    const steps = this.histograms;
    if (!watched) this.#unsent = 0;
    for (const { timeNs, receivedNs, submittedNs, trackedNs } of frames) {
      steps['received-to-submitted'].add(microseconds(submittedNs - receivedNs));
      steps['submitted-to-tracked'].add(microseconds(trackedNs - submittedNs));
      steps['received-to-tracked'].add(microseconds(trackedNs - receivedNs));
      this.#camera(receivedNs - timeNs, trackedNs - receivedNs);
      if (watched && this.#unsent < MAX_UNSENT) {
        this.#unsentUs[this.#unsent++] = Number(trackedNs - this.#startNs) / 1e3;
      }
    }
  }

  /** A dashboard was sent the tracks so far. */
  sent(atNs: bigint): void {
    const atUs = Number(atNs - this.#startNs) / 1e3;
    for (let frame = 0; frame < this.#unsent; frame++) {
      this.histograms['tracked-to-sent'].add(Math.max(0, atUs - this.#unsentUs[frame]!));
    }
    this.#unsent = 0;
  }

  /** Percentiles since this was last asked. */
  takeInterval(): LatencyBudgetStatus {
    return forEachLatencyStep((step) => {
      const histogram = this.histograms[step];
      const p50Ms = histogram.intervalQuantileUs(0.5) / 1e3;
      const p99Ms = histogram.intervalQuantileUs(0.99) / 1e3;
      histogram.startInterval();
      return { p50Ms, p99Ms };
    });
  }

  /** All frames since the start. */
  summary(): LatencySummaries {
    const taken = Object.entries(this.histograms).filter(([, { count }]) => count > 0);
    return Object.fromEntries(
      taken.map(([step, histogram]) => [
        step,
        {
          frames: histogram.count,
          p50Ms: histogram.quantileUs(0.5) / 1e3,
          p99Ms: histogram.quantileUs(0.99) / 1e3,
          maxMs: histogram.maxUs / 1e3,
        },
      ]),
    );
  }

  #camera(linkNs: bigint, trackingNs: bigint): void {
    if (linkNs < -AHEAD_NS || linkNs > BEHIND_NS) {
      this.cameraClock.foreign++;
      return;
    }
    if (linkNs < 0n) this.cameraClock.ahead++;
    const linkUs = microseconds(linkNs);
    this.histograms['camera-to-received'].add(linkUs);
    this.histograms['camera-to-tracked'].add(linkUs + microseconds(trackingNs));
  }
}

/** Never negative: the tracker's clock does not run backwards, but a camera's may. */
function microseconds(ns: bigint): number {
  return Math.max(0, Number(ns) / 1e3);
}
