import { CalciumError } from '#calcium/calcium-error.ts';
import type { CellsFoundMessage, ProjectionMessage } from '#protocol/calcium-live.ts';
import { cellsOf } from '#protocol/cell-map.ts';
import { DeviceError, type ErrorCode, TweezertrackError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import type { CalciumHost, CalciumHostOptions, CalciumSetup, FrameToMeasure } from './calcium-host.ts';
import type { CalciumReply, CalciumRequest, MeasuredReply, Refusal } from './calcium-messages.ts';
import { CalciumThread } from './calcium-thread.ts';
import { FrameFates } from './frame-fates.ts';
import { RestAfterDeath } from './rest-after-death.ts';

/** Rooms a ring may have beyond those under way before the thread is told of one again. */
const SPARE_MEMORIES = 16;

/** Share of the newest frame in the time a frame takes. */
const NEWEST_SHARE = 0.1;

type Answer = ProjectionMessage | CellsFoundMessage;

/** A question to the thread. */
interface Job {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Starts the thread that measures cells; it waits for its first setting. */
export function openCalcium(options: CalciumHostOptions): CalciumHost {
  return new LiveCalcium(options);
}

class LiveCalcium implements CalciumHost {
  readonly #options: CalciumHostOptions;
  readonly #fates: FrameFates;
  readonly #rest = new RestAfterDeath();
  readonly #jobs = new Map<number, Job>();
  #nextJob = 0;
  /** Null after it died, until it is needed. */
  #thread: CalciumThread | null = null;
  #setup: CalciumSetup | null = null;
  /** [cell] of the setup. */
  #cells = new Uint16Array();
  #frameBytes = 0;
  #usPerFrame = Number.NaN;
  #projected = 0;
  #closing: Promise<void> | null = null;
  #onClosed: () => void = () => {};

  constructor(options: CalciumHostOptions) {
    this.#options = options;
    this.#fates = new FrameFates(options);
    this.#open();
  }

  get measured(): number {
    return this.#fates.measured;
  }

  get skipped(): number {
    return this.#fates.skipped;
  }

  get waiting(): number {
    return this.#fates.waiting;
  }

  get usPerFrame(): number {
    return this.#usPerFrame;
  }

  get projected(): number {
    return this.#projected;
  }

  configure(setup: CalciumSetup): void {
    const bytes = frameBytes(setup);
    if (bytes !== this.#frameBytes) this.#thread?.forgetMemories();
    this.#frameBytes = bytes;
    this.#setup = setup;
    this.#cells = Uint16Array.from(cellsOf(setup.map));
    this.#usPerFrame = Number.NaN;
    this.#thread?.send({ type: 'configure', setup });
  }

  push(frame: FrameToMeasure): void {
    const isTooMany = this.#fates.waiting >= this.#options.mostWaiting;
    const isWhole = frame.room.pixels.length >= this.#frameBytes;
    const thread = this.#setup && isWhole && !isTooMany ? this.#ready() : null;
    if (!thread) {
      this.#fates.skip(frame);
      return;
    }
    this.#fates.wait(frame, this.#cells);
    thread.measure(frame);
  }

  resetProjections(): void {
    this.#projected = 0;
    this.#thread?.send({ type: 'reset-projections' });
  }

  async project(kind: ProjectionMessage['kind']): Promise<ProjectionMessage> {
    const answer = await this.#ask((job) => ({ type: 'project', job, kind }));
    return answer as ProjectionMessage;
  }

  async findCells(search: Parameters<CalciumHost['findCells']>[0]): Promise<CellsFoundMessage> {
    const answer = await this.#ask((job) => ({ type: 'find-cells', job, search }));
    return answer as CellsFoundMessage;
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#onClosed = resolve;
      if (this.#thread) this.#thread.send({ type: 'close' });
      else resolve();
    });
    return this.#closing;
  }

  /** The thread, a new one in the place of one that died; null while it rests, or once it is closed. */
  #ready(): CalciumThread | null {
    if (this.#closing) return null;
    if (!this.#thread && this.#rest.isOver) this.#open();
    return this.#thread;
  }

  #open(): void {
    const thread: CalciumThread = new CalciumThread({
      mostMemories: this.#options.mostWaiting + SPARE_MEMORIES,
      onReply: (reply) => this.#take(reply),
      onEnd: (cause) => this.#ended(cause),
    });
    this.#thread = thread;
    if (this.#setup) thread.send({ type: 'configure', setup: this.#setup });
  }

  #ask(request: (job: number) => CalciumRequest): Promise<Answer> {
    const thread = this.#ready();
    if (!thread) return Promise.reject(deathOf(this.#closing ? 'a closed one' : 'none'));
    const job = this.#nextJob++;
    return new Promise((resolve, reject) => {
      this.#jobs.set(job, { resolve, reject });
      thread.send(request(job));
    });
  }

  #take(reply: CalciumReply): void {
    if (reply.type === 'measured') this.#measured(reply);
    else if (reply.type === 'unmeasured') this.#fates.giveUp(reply.frames);
    else if (reply.type === 'refused') this.#options.onTrouble(restored(reply));
    else {
      const job = this.#jobs.get(reply.job)!;
      this.#jobs.delete(reply.job);
      if (reply.type === 'answered') job.resolve(reply.answer);
      else job.reject(restored(reply));
    }
  }

  #measured(reply: MeasuredReply): void {
    const frames = reply.measuredNs.length;
    const us = reply.us / frames;
    const share = 1 - (1 - NEWEST_SHARE) ** frames;
    this.#usPerFrame = Number.isNaN(this.#usPerFrame)
      ? us
      : this.#usPerFrame + share * (us - this.#usPerFrame);
    this.#projected = reply.projected;
    this.#rest.measured(frames);
    this.#fates.settle(reply);
  }

  /** Every frame with the thread is skipped, unless it was closed after the last; the next one opens another. */
  #ended(cause: unknown): void {
    this.#thread = null;
    this.#projected = 0;
    this.#usPerFrame = Number.NaN;
    const error = deathOf(cause);
    for (const { reject } of this.#jobs.values()) reject(error);
    this.#jobs.clear();
    this.#fates.giveUp();
    if (this.#closing) this.#onClosed();
    if (!(this.#closing && cause === null) && this.#rest.died()) this.#options.onTrouble(error);
  }
}

function deathOf(cause: unknown): DeviceError {
  const received = cause instanceof Error ? cause.message : String(cause ?? 'one that ended');
  return new DeviceError({ where: 'calcium thread', expected: 'a running thread', received }, cause);
}

/** The error of the thread, with its code and text. */
function restored({ code, message }: Refusal): TweezertrackError {
  const complaint = { where: '', expected: '', received: '' };
  const error =
    code === 'E_CONFIG' ? new CalciumError(complaint) : new TweezertrackError(code as ErrorCode, complaint);
  error.message = message;
  return error;
}
