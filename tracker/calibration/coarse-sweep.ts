import type { Clock } from '#motors/clock.ts';
import type { Roi } from '#protocol/roi.ts';
import type { SweepSuggestion } from '#protocol/sweep.ts';
import type { GuardedFocus } from './guarded-focus.ts';
import { Halt } from './halt.ts';
import { meanProfile } from './mean-profile.ts';
import { type FrameInPassing, PlaneCollector } from './plane-collector.ts';
import type { Strip } from './strip.ts';
import { type CoarsePlane, suggestSweep } from './suggest-sweep.ts';
import type { PlaneOrder } from './sweep-order.ts';
import { takePlanes } from './take-planes.ts';

/** How far to both sides it looks when nobody says. */
const REACH_NM = 5000;
const STEP_NM = 200;
const MOST_PLANES = 60;
const FRAMES = 3;
const SETTLE_MS = 20;

interface CoarseSweepWork {
  focus: GuardedFocus;
  clock: Clock;
  strip: Strip;
  frameWidth: number;
  rois(): readonly Roi[];
  /** Range; about where the focus is, within its limits, when left out. */
  fromNm?: number | undefined;
  toNm?: number | undefined;
}

/** A few frames at 60 heights at most, none of them kept: what range and step they speak for. */
export class CoarseSweep {
  /** Resolves when the focus is back, whatever became of it. */
  readonly done: Promise<void>;
  suggestion: SweepSuggestion | null = null;
  /** Why there is none. */
  failure: Error | null = null;
  readonly #abort = new AbortController();
  readonly #work: CoarseSweepWork;
  readonly #collector: PlaneCollector;

  constructor(work: CoarseSweepWork) {
    const { focus, frameWidth, rois, strip } = work;
    this.#work = work;
    this.#collector = new PlaneCollector({ strip, frameWidth, clock: focus.stage.clock, rois, file: null });
    this.done = this.#run().catch((cause: Error) => {
      this.failure = cause;
    });
  }

  frame(frame: FrameInPassing): void {
    this.#collector.frame(frame);
  }

  halt(halt: Halt): void {
    this.#abort.abort(halt);
  }

  async #run(): Promise<void> {
    const { focus } = this.#work;
    const { zNm: homeNm } = await focus.position();
    try {
      this.suggestion = suggestSweep(await this.#take(homeNm));
      if (!this.suggestion) this.failure = new Error('a bead has no rings that change');
    } catch (cause) {
      // Who stopped the focus wants no motion.
      if (cause instanceof Halt && cause.kind === 'focus-stop') throw cause;
      await focus.moveTo(homeNm).catch(() => {});
      throw cause;
    }
    await focus.moveTo(homeNm);
  }

  async #take(homeNm: number): Promise<CoarsePlane[]> {
    const { clock, focus, strip } = this.#work;
    const { fromNm = Math.max(homeNm - REACH_NM, focus.fromNm) } = this.#work;
    const { toNm = Math.min(homeNm + REACH_NM, focus.toNm) } = this.#work;
    focus.assertInside(fromNm);
    focus.assertInside(toNm);
    const stepNm = Math.max(STEP_NM, (toNm - fromNm) / (MOST_PLANES - 1));
    const planes: PlaneOrder[] = [];
    for (let zNm = fromNm; zNm <= toNm; zNm += stepNm) planes.push({ zNm, pass: 'up' });
    const taken: CoarsePlane[] = [];
    const settings = { framesPerPlane: FRAMES, settleMs: SETTLE_MS, stepNm };
    const collector = this.#collector;
    await takePlanes(
      {
        ...{ focus, collector, clock, settings, planes, first: 0, onPhase: () => {} },
        onPlane: async (_, zNm, { means }) => {
          const profiles = means.map((mean, index) => meanProfile(mean, strip.rois[index]!.size));
          taken.push({ zNm, profiles });
        },
      },
      this.#abort.signal,
    );
    return taken;
  }
}
