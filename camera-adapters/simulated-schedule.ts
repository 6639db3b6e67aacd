import { nowNs } from '#protocol/clock.ts';
import type { CameraFrame } from './define.ts';
import { fastPace, type PaceClock, realTimePace } from './pace.ts';
import type { SimulatedControls } from './simulated-controls.ts';

/** Exposes frame `id` at a time; both must rise. */
export type Exposure = (id: number, timeNs: bigint) => Pick<CameraFrame, 'pixels' | 'truth' | 'positions'>;

/** An exposure whose frames are made beforehand: frame `id` shows what frame `id` modulo their number did. */
export function inCycle(expose: Exposure, frames: number): Exposure {
  const cycle = Array.from({ length: frames }, (_, id) => {
    const shown = expose(id, 0n);
    return { ...shown, pixels: shown.pixels.slice() };
  });
  return (id) => cycle[id % cycle.length]!;
}

export interface Schedule {
  controls: SimulatedControls;
  /** Frames to expose; without end when absent. */
  frames: number | undefined;
  /** Whether frames come at their times and those too late are skipped, or all as fast as they go. */
  isPaced: boolean;
  /** Whether the time of a frame is when it is shown, not when it is due. */
  showsAtOnce: boolean;
  clock: PaceClock;
}

/** As much as a camera driver keeps: a pause of the process up to here loses no frame. */
const LATE_MS = 100;

const WARM_UP_FRAMES = 12;

/** Frames on one absolute schedule, which begins anew only where the rate changes or frames are taken again. */
export async function* exposeOnSchedule(
  expose: Exposure,
  { controls, frames = Number.POSITIVE_INFINITY, isPaced, showsAtOnce, clock }: Schedule,
  signal: AbortSignal,
): AsyncGenerator<CameraFrame> {
  // The first frames of a process are slow until its code is compiled: not in the time of the run.
  const warmUpNs = nowNs();
  for (let warmUp = 0; warmUp < WARM_UP_FRAMES; warmUp++) expose(0, warmUpNs);
  const begin = (firstId: number, startNs: bigint, startMs: number, leadNs: number) => {
    const offsetNs = (id: number) => leadNs + ((id - firstId) * 1e9) / controls.fps;
    const pace = isPaced ? realTimePace((n) => offsetNs(firstId + n), clock) : fastPace();
    return { firstId, startNs, startMs, leadNs, offsetNs, pace, fps: controls.fps };
  };
  let leg = begin(0, nowNs(), clock.nowMs(), 0);
  controls.run(true);
  try {
    for (let id = 0; id < frames; ) {
      if (await controls.nextFrame(signal)) {
        // The frame before keeps the time it had: the next comes one new interval after it, or at once after a pause.
        const lastDueNs = leg.leadNs + ((id - 1 - leg.firstId) * 1e9) / leg.fps;
        const sinceNs = (clock.nowMs() - leg.startMs) * 1e6;
        const leadNs = Math.max(0, lastDueNs + 1e9 / controls.fps - sinceNs);
        leg = begin(id, leg.startNs + BigInt(Math.round(sinceNs)), clock.nowMs(), leadNs);
      }
      if (signal.aborted) return;
      const dueNs = leg.startNs + BigInt(Math.round(leg.offsetNs(id)));
      const shown = { id, ...expose(id, dueNs) };
      if (!(await leg.pace.wait(id - leg.firstId, signal))) return;
      yield { ...shown, timeNs: showsAtOnce ? nowNs() : dueNs };
      const lateMs = clock.nowMs() - leg.startMs - LATE_MS - leg.leadNs / 1e6;
      const oldest = isPaced ? leg.firstId + Math.ceil((lateMs * leg.fps) / 1000) : 0;
      id = Math.max(id + 1, oldest);
    }
  } finally {
    controls.run(false);
  }
}
