import { nowNs } from '#protocol/clock.ts';
import { encodeLive } from '#protocol/live.ts';
import { MOTOR_COLUMNS } from '#protocol/motor.ts';
import { type MotorPoints, MotorTrace, pointsOf } from '#protocol/motor-trace.ts';
import type { PositionSource } from './position-source.ts';
import { RunClock } from './run-clock.ts';
import type { TrackedFrame, TrackedFrames, TrackSink } from './track-sink.ts';
import type { Viewer } from './viewer.ts';

/** A point of the trace is of a frame so long after the one before: a magnet moves by 0.04 turns meanwhile. */
const POINT_S = 0.04;
const SEND_EVERY_MS = 100;

/** Feeds every dashboard with where motors and focus stage were, as soon as that is known of a frame. */
export class MotorFeed implements TrackSink {
  readonly #viewers: ReadonlySet<Viewer>;
  readonly #positions: PositionSource;
  readonly #clock = new RunClock();
  readonly #trace = new MotorTrace();
  readonly #timer: NodeJS.Timeout;
  /** Viewers that have got every point so far. */
  #upToDate = new WeakSet<Viewer>();
  #waiting: { timeS: number; frame: TrackedFrame }[] = [];
  #nextS = Number.NEGATIVE_INFINITY;

  constructor(viewers: ReadonlySet<Viewer>, positions: PositionSource) {
    this.#viewers = viewers;
    this.#positions = positions;
    this.#timer = setInterval(() => this.#send(), SEND_EVERY_MS);
    this.#timer.unref();
  }

  tracked({ frames }: TrackedFrames): void {
    for (const frame of frames) {
      const timeS = this.#clock.secondsOf(frame);
      if (timeS < this.#nextS) continue;
      // Less a rounding of the times of frames.
      this.#nextS = timeS + POINT_S - 1e-6;
      this.#waiting.push({ timeS, frame: { ...frame } });
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }

  #send(): void {
    const added = this.#takeKnown();
    const news = added.timeS.length > 0 && encodeLive({ type: 'motor-trace', isWhole: false, ...added });
    let all: Uint8Array | null = null;
    for (const viewer of this.#viewers) {
      if (this.#upToDate.has(viewer)) {
        if (news && !viewer.offer(news)) this.#upToDate.delete(viewer);
        continue;
      }
      all ??= encodeLive({ type: 'motor-trace', isWhole: true, ...this.#trace.points });
      if (viewer.offer(all)) this.#upToDate.add(viewer);
    }
  }

  /** Points of which it is known by now where motors were; none while there is nothing to know. */
  #takeKnown(): MotorPoints {
    const now = nowNs();
    const unknown = this.#waiting.findIndex(({ frame }) => !this.#positions.isKnown(frame, now));
    const known = this.#waiting.splice(0, unknown < 0 ? this.#waiting.length : unknown);
    const points = known
      .map(({ timeS, frame }) => ({ timeS, ...this.#positions.of(frame) }))
      .filter((point) => this.#trace.names.length > 0 || MOTOR_COLUMNS.some((name) => name in point));
    for (const { timeS, ...positions } of points) this.#trace.add(timeS, positions);
    return pointsOf((name) => Float64Array.from(points, (point) => point[name] ?? Number.NaN));
  }
}
