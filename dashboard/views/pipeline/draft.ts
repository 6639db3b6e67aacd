import { batch, computed, signal } from '@preact/signals';
import type {
  DescribedStep,
  ParamValue,
  PipelineMessage,
  PlanCheckMessage,
  PlanTrialMessage,
} from '#protocol/pipeline-message.ts';
import type { Ask, LiveConnection } from '../../link/live-connection.ts';
import { changesOf } from './changes.ts';

/** A step of the draft; `key` stays with it wherever it moves. */
export interface DraftStep extends DescribedStep {
  key: number;
}

/** A trial and the steps it is of. */
export interface Trial {
  message: PlanTrialMessage;
  steps: readonly DraftStep[];
}

/** The plan that runs and the one a person makes of it, with what the tracker says of the latter. */
export class PlanDraft {
  /** null before the tracker has described itself. */
  readonly pipeline = signal<PipelineMessage | null>(null);
  readonly steps = signal<readonly DraftStep[]>([]);
  readonly check = signal<PlanCheckMessage | null>(null);
  readonly trial = signal<Trial | null>(null);
  readonly working = signal<'try' | 'apply' | null>(null);
  readonly error = signal<string | null>(null);
  /** Whether beads may lose their z. */
  readonly mayLoseZ = signal(false);
  readonly changes = computed(() => changesOf(this.steps.value, this.pipeline.value?.plan ?? []));
  readonly #connection: Pick<LiveConnection, 'request'>;
  #nextKey = 0;
  /** Why the tracker did not describe itself when it was last asked. */
  #notDescribed: string | null = null;

  constructor(connection: Pick<LiveConnection, 'request'>) {
    this.#connection = connection;
  }

  /** Asks what runs; a draft that nobody has changed follows it. */
  async refresh(): Promise<void> {
    const error = await this.#connection.request({ type: 'describe-pipeline' }, (answer) => {
      if (answer.type !== 'pipeline') return;
      const follows = this.pipeline.value === null || this.changes.value.isSame;
      this.pipeline.value = answer;
      if (follows) this.#use(answer.plan);
    });
    // Whoever reads why a plan was refused goes on reading.
    if (error !== null || this.error.value === this.#notDescribed) this.error.value = error;
    this.#notDescribed = error;
  }

  /** Takes the plan that runs again. */
  reset(): void {
    this.#use(this.pipeline.value?.plan ?? []);
  }

  usePreset(name: string): void {
    const preset = this.pipeline.value?.presets.find((one) => one.name === name);
    if (preset) this.#use(preset.steps);
  }

  /** Adds a stage with its defaults where it can run: behind the last that writes what it reads. */
  add(name: string): void {
    const stages = this.pipeline.value?.stages ?? [];
    const stage = stages.find((one) => one.name === name);
    if (!stage) return;
    const writes = (step: DraftStep) => stages.find((one) => one.name === step.stage)?.writes ?? [];
    const steps = [...this.steps.value];
    const at = 1 + steps.findLastIndex((step) => writes(step).some((array) => stage.reads.includes(array)));
    const params = Object.fromEntries(stage.params.map((param) => [param.name, param.default]));
    steps.splice(at, 0, { stage: name, params, key: this.#nextKey++ });
    this.#change(steps);
  }

  remove(key: number): void {
    this.#change(this.steps.value.filter((step) => step.key !== key));
  }

  /** Moves a step up (-1) or down (1). */
  move(key: number, by: -1 | 1): void {
    const steps = [...this.steps.value];
    const at = steps.findIndex((step) => step.key === key);
    const to = at + by;
    if (to < 0 || to >= steps.length) return;
    [steps[at], steps[to]] = [steps[to]!, steps[at]!];
    this.#change(steps);
  }

  set(key: number, name: string, value: ParamValue): void {
    this.#change(
      this.steps.value.map((step) => {
        return step.key === key ? { ...step, params: { ...step.params, [name]: value } } : step;
      }),
    );
  }

  /** Tries the draft beside the present plan on frames to come. */
  async try(traceOf: number | null): Promise<void> {
    const steps = this.steps.value;
    const ask = { type: 'try-plan', steps: plain(steps), ...(traceOf !== null && { traceOf }) } as const;
    await this.#work('try', ask, (answer) => {
      if (answer.type === 'plan-trial') this.trial.value = { message: answer, steps };
    });
  }

  async apply(): Promise<void> {
    const mayLoseZ = this.mayLoseZ.value;
    await this.#work('apply', { type: 'apply-plan', steps: plain(this.steps.value), mayLoseZ });
    await this.refresh();
  }

  #use(steps: readonly DescribedStep[]): void {
    this.#change(steps.map(({ stage, params }) => ({ stage, params: { ...params }, key: this.#nextKey++ })));
  }

  #change(steps: readonly DraftStep[]): void {
    batch(() => {
      this.steps.value = steps;
      this.mayLoseZ.value = false;
      this.error.value = null;
      this.check.value = null;
    });
    // The plan that runs is one.
    if (this.changes.value.isSame) return;
    void this.#connection.request({ type: 'check-plan', steps: plain(steps) }, (answer) => {
      if (answer.type === 'plan-check' && this.steps.value === steps) this.check.value = answer;
    });
  }

  async #work(
    what: 'try' | 'apply',
    ask: Ask,
    onAnswer?: Parameters<LiveConnection['request']>[1],
  ): Promise<void> {
    this.working.value = what;
    this.error.value = await this.#connection.request(ask, onAnswer);
    this.working.value = null;
  }
}

function plain(steps: readonly DraftStep[]): DescribedStep[] {
  return steps.map(({ stage, params }) => ({ stage, params }));
}
