import type { LatencyBudgetStatus } from '#protocol/latency-step.ts';
import type { LiveBead, LiveMessage } from '#protocol/live.ts';
import { makeTrace, type TraceColumn } from '#protocol/trace-columns.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { FAKE_ROI_SIZE } from './fake-beads.ts';

/** What a fake tracker knows when it invents numbers of its beads. */
export interface FakeMoment {
  readonly beads: readonly LiveBead[];
  /** Whether it says how far off its numbers may be. */
  readonly fits: boolean;
  /** Status bits to report instead of 0, by bead. */
  readonly statusOf: ReadonlyMap<number, number>;
  /** Noise of z to report instead of 12 nm, by bead. */
  readonly noiseZNmOf: ReadonlyMap<number, number>;
  readonly fps: number;
  readonly framesAMessage: number;
  readonly frame: number;
  /** Gives numbers from -1 to 1. */
  readonly noise: () => number;
}

/** The newest values of all beads, and those since the last message of the watched ones. */
export function fakeTracks(now: FakeMoment, watched: readonly number[]): LiveMessage {
  const { beads } = now;
  const newest = makeTrace(now.fits, (name) =>
    Float64Array.from(beads, (bead) => (name === 'timeS' ? now.frame / now.fps : value(now, bead, name))),
  );
  const traces = watched.flatMap((id) => {
    const own = beads.find(({ bead }) => bead === id);
    if (!own) return [];
    const trace = makeTrace(now.fits, (name) =>
      Float64Array.from({ length: now.framesAMessage }, (_, at) =>
        name === 'timeS' ? (now.frame - now.framesAMessage + at) / now.fps : value(now, own, name),
      ),
    );
    return [{ bead: id, ...trace }];
  });
  const noise = (value: number) => new Float64Array(beads.length).fill(value);
  return {
    type: 'tracks',
    traces,
    newest: {
      ...newest,
      beads: Uint32Array.from(beads, ({ bead }) => bead),
      status: Uint16Array.from(beads, ({ bead }) => now.statusOf.get(bead) ?? 0),
      ...{ noiseXPx: noise(0.17), noiseYPx: noise(0.17) },
      noiseZNm: Float64Array.from(beads, ({ bead }) => now.noiseZNmOf.get(bead) ?? 12),
    },
  };
}

/** A value of a bead at this moment; NaN while it is lost. */
function value(now: FakeMoment, { bead, left, top, size }: LiveBead, column: TraceColumn): number {
  if (((now.statusOf.get(bead) ?? 0) & TRACK_STATUS.lost) !== 0) return Number.NaN;
  const values: Record<TraceColumn, number> = {
    xPx: left + size / 2 + 0.3 * now.noise(),
    yPx: top + size / 2 + 0.3 * now.noise(),
    zNm: 1500 + 400 * Math.sin(bead) + 20 * now.noise(),
    score: 0.99 + 0.005 * now.noise(),
    ...{ sigmaXPx: 0.17, sigmaYPx: 0.17, sigmaZNm: 12, chiSquared: 1 + 0.1 * now.noise() },
  };
  return values[column];
}

/** Rings, and the plane of a Z-LUT that is a little brighter. */
export function fakeProfile({ frame }: FakeMoment, { bead }: LiveBead): LiveMessage {
  const radii = Float64Array.from({ length: FAKE_ROI_SIZE / 2 }, (_, radius) => radius);
  const counts = radii.map((radius) => 120 + 95 * Math.cos(radius * 0.65) * Math.exp(-radius / 12));
  const plane = { zNm: 1480, counts: counts.map((value) => value + 2) };
  return { type: 'profile', bead, frame, zNm: 1500, unit: 'px', radii, counts, plane };
}

/** A past as long as was asked for, before the first frame of this process. */
export function fakeHistory(
  now: FakeMoment,
  { bead, left, top, size }: LiveBead,
  seconds: number,
): LiveMessage {
  const bucketS = seconds / 1000;
  const untilS = now.frame / now.fps;
  const buckets = Array.from({ length: 1000 }, () => now.noise());
  const column = (middle: number, spread: number, offset: number) =>
    Float64Array.from(buckets, (noise) => middle + spread * (0.5 * noise + offset));
  const timeS = Float64Array.from(buckets, (_, at) => untilS - (1000 - at) * bucketS);
  const x = left + size / 2;
  const y = top + size / 2;
  const z = 1500 + 400 * Math.sin(bead);
  const extreme = (offset: number) => ({
    xPx: column(x, 0.3, offset),
    yPx: column(y, 0.3, offset),
    zNm: column(z, 20, offset),
  });
  return {
    ...{ type: 'history', bead, bucketS, untilS, timeS },
    ...{ min: extreme(-0.5), max: extreme(0.5), last: extreme(0) },
  };
}

/** Milliseconds of every step that differ a little each time. */
export function fakeLatency(noise: FakeMoment['noise']): LatencyBudgetStatus {
  const percentiles = (p50Ms: number) => ({
    p50Ms: p50Ms * (1 + 0.05 * noise()),
    p99Ms: p50Ms * (2 + 0.2 * noise()),
  });
  return {
    'camera-to-received': percentiles(0.9),
    'received-to-submitted': percentiles(0.04),
    'submitted-to-tracked': percentiles(1.4),
    'tracked-to-sent': percentiles(24),
    'camera-to-tracked': percentiles(2.4),
    'received-to-tracked': percentiles(1.5),
  };
}

/** Seeded numbers from -1 to 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
