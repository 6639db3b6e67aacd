import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { TriedPlan } from '#pipeline/try-plans.ts';
import { ConfigError, LimitError, RoiError, ZLutError } from '#protocol/errors.ts';
import type { EventMessage, LiveMessage } from '#protocol/live.ts';
import type { PipelineRequest } from '#protocol/pipeline-request.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import type { LiveRun } from './live-run.ts';
import { findsZ, type ProposedSteps, planProblems, unfitZLuts, whyUnfit } from './pipeline-check.ts';
import { describePipeline, describeSteps } from './pipeline-description.ts';
import { LastFrames } from './pipeline-frames.ts';
import { tryInThread } from './pipeline-thread.ts';
import { zLutsInUse } from './run-recorders.ts';

/** Time after which a trial begins no further frame, and after which it is given up, ms. */
const TRIAL_MS = 10_000;
const MOST_TRIAL_MS = 30_000;

export interface PipelineControlOptions {
  /** The plan to start with. */
  plan: Plan;
  /** px of a new ROI. */
  roiSize: number;
  /** Z-LUT of a bead, by id, whether it fits the plan or not; or null. */
  zLutOf(bead: number): ZLut | null;
  run(): LiveRun | null;
  /** Told when the first frame was tracked with another plan. */
  onChanged(): void;
  event(level: EventMessage['level'], text: string): void;
}

/** The plan that runs, and what people do with it: look, check another, try it on frames, and use it. */
export class PipelineControl {
  /** What the next batch is tracked with. */
  plan: Plan;
  readonly #options: PipelineControlOptions;
  readonly #lastFrames = new LastFrames();
  /** Z-LUTs of beads that this plan cannot use; they come back with a plan that can. */
  #unfit: ReadonlySet<ZLut> = new Set();
  #isTrying = false;
  #isChanging = false;

  constructor(options: PipelineControlOptions) {
    this.#options = options;
    this.plan = options.plan;
  }

  /** Z-LUT that a bead is tracked with, or null: also where the one it has does not fit the plan. */
  zLutOf(bead: number): ZLut | null {
    return fitting(this.#options.zLutOf(bead), this.#unfit);
  }

  /** A frame on its way to the engine. */
  frame(frame: ReceivedFrame, run: LiveRun): void {
    this.#lastFrames.frame(frame, run.roiTable.list(), run.camera);
  }

  /** @throws {TweezertrackError} when it cannot be done */
  async control(request: PipelineRequest, answer: (message: LiveMessage) => void): Promise<void> {
    const { id } = request;
    this.#lastFrames.keep();
    switch (request.type) {
      case 'describe-pipeline':
        return answer({ type: 'pipeline', id, ...describePipeline(), plan: describeSteps(this.plan) });
      case 'check-plan': {
        const problems = planProblems(request.steps);
        const plan = problems.length === 0 ? parsePlan([...request.steps]) : null;
        const unfit = plan ? this.#unfitBeads(plan) : [];
        return answer({ type: 'plan-check', id, problems, unfit, findsZ: plan !== null && findsZ(plan) });
      }
      case 'try-plan':
        return answer({ type: 'plan-trial', id, ...(await this.#try(request)) });
      case 'apply-plan':
        return this.#apply(request);
      default:
        request satisfies never;
    }
  }

  async #try({ steps, traceOf }: PipelineRequest & { type: 'try-plan' }) {
    const plan = parseProposed(steps);
    if (this.#isTrying) {
      const [expected, received] = ['one trial at a time', 'another while one is going on'];
      throw new LimitError({ where: 'try-plan', expected, received, remedy: 'try again in some seconds' });
    }
    this.#isTrying = true;
    try {
      const frames = await this.#lastFrames.take();
      const rois = frames.rois[0]!;
      const unfit = this.#unfitOf(plan);
      const present = this.#tried(this.plan, rois, this.#unfit);
      const proposed = this.#tried(plan, rois, unfit);
      return await tryInThread(
        frames,
        { present, proposed, traceOf: traceOf ?? null, mostMs: TRIAL_MS },
        MOST_TRIAL_MS,
      );
    } finally {
      this.#isTrying = false;
    }
  }

  async #apply({ steps, mayLoseZ }: PipelineRequest & { type: 'apply-plan' }): Promise<void> {
    const plan = parseProposed(steps);
    const run = this.#options.run();
    if (!run) {
      const [expected, received] = ['a camera', 'none yet'];
      throw new RoiError({ where: 'apply-plan', expected, received, remedy: 'connect one' });
    }
    if (this.#isChanging) {
      const [expected, received] = ['one change at a time', 'another while one is going on'];
      throw new LimitError({ where: 'apply-plan', expected, received, remedy: 'ask again' });
    }
    if (JSON.stringify(plan) === JSON.stringify(this.plan)) return;
    const lost = this.#unfitBeads(plan);
    if (lost.length > 0 && !mayLoseZ) throw losesZ(lost);
    this.#isChanging = true;
    const before = { plan: this.plan, unfit: this.#unfit };
    try {
      await this.#use(run, { plan, unfit: this.#unfitOf(plan) });
    } catch (cause) {
      // An engine that cannot: what it was tracking with, it can.
      if (this.plan === plan) await this.#use(run, before);
      throw cause;
    } finally {
      this.#isChanging = false;
    }
  }

  async #use(run: LiveRun, { plan, unfit }: { plan: Plan; unfit: ReadonlySet<ZLut> }): Promise<void> {
    const zLutOf = (bead: number) => fitting(this.#options.zLutOf(bead), unfit);
    const { firstFrame } = await run.changePlan({ plan, zLutOf }, () => {
      this.plan = plan;
      this.#unfit = unfit;
    });
    void firstFrame.then((frame) => this.#tell(frame, run));
  }

  #tell(frame: number, run: LiveRun): void {
    const { event, onChanged } = this.#options;
    const stages = this.plan.map(({ stage }) => stage).join(', ');
    const recording = run.recorder ? `; recording to ${run.recorder.folder}` : '';
    event('info', `another pipeline from frame ${frame} on: ${stages}${recording}`);
    onChanged();
  }

  #unfitBeads(plan: Plan) {
    return unfitZLuts(plan, this.#options.run()?.roiTable.list() ?? [], this.#options.zLutOf);
  }

  /** Z-LUTs that a plan cannot use, that of the next bead among them. */
  #unfitOf(plan: Plan): ReadonlySet<ZLut> {
    const { roiSize, run, zLutOf } = this.#options;
    const rois = run()?.roiTable.list() ?? [];
    const next = { bead: 1 + Math.max(-1, ...rois.map(({ bead }) => bead)), size: roiSize };
    const unfit = new Set<ZLut>();
    for (const { bead, size } of [...rois, next]) {
      const zLut = zLutOf(bead);
      if (zLut && whyUnfit(plan, bead, size, zLut) !== null) unfit.add(zLut);
    }
    return unfit;
  }

  #tried(plan: Plan, rois: readonly Roi[], unfit: ReadonlySet<ZLut>): TriedPlan {
    const zLutOf = (bead: number) => fitting(this.#options.zLutOf(bead), unfit);
    const zLuts = zLutsInUse(rois, zLutOf);
    const zLutOfBead = rois.map(({ bead }) => {
      const zLut = zLutOf(bead);
      return zLut ? zLuts.indexOf(zLut) : -1;
    });
    return { plan, zLuts, zLutOfBead };
  }
}

function fitting(zLut: ZLut | null, unfit: ReadonlySet<ZLut>): ZLut | null {
  return zLut && unfit.has(zLut) ? null : zLut;
}

/** @throws {ConfigError} naming every step and parameter that is wrong */
function parseProposed(steps: ProposedSteps): Plan {
  const problems = planProblems(steps);
  if (problems.length === 0) return parsePlan([...steps]);
  const received = problems.map(({ step, param, message }) => {
    return [`pipeline[${step}]`, steps[step]?.stage, param].filter(Boolean).join('.').concat(`: ${message}`);
  });
  throw new ConfigError({ where: 'plan', expected: 'stages that make one', received: received.join('; ') });
}

function losesZ(lost: readonly { bead: number; why: string }[]): ZLutError {
  const beads = lost.map(({ bead }) => bead).join(', ');
  return new ZLutError({
    where: 'apply-plan',
    expected: 'Z-LUTs that fit the plan',
    received: `others of bead ${beads}: ${lost[0]!.why}`,
    remedy: 'say that these beads may go without z, or build their Z-LUTs with this plan',
  });
}
