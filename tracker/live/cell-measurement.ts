import { CalciumError } from '#calcium/calcium-error.ts';
import type { CalciumHost, CalciumHostOptions, CalciumSetup } from '#calcium-live/calcium-host.ts';
import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { CalciumStatus } from '#protocol/calcium-live.ts';
import { LimitError } from '#protocol/errors.ts';
import type { CellFeed } from '#sinks/cell-feed.ts';
import type { RunRecorders } from './run-recorders.ts';

export interface CellMeasurementOptions {
  engine: Pick<EngineHost, 'holdRoom' | 'returnRoom'>;
  feed: CellFeed;
  /** Recordings of the run; null before the first camera. */
  recorders(): Pick<RunRecorders, 'measured' | 'cellsChanged' | 'cellsSkipped'> | null;
  /** Frames that wait for the thread at most. */
  mostWaiting: number;
  /** Starts the thread, when cells are first measured. */
  open(options: CalciumHostOptions): Promise<CalciumHost>;
  /** The thread died and was replaced, or cannot measure with what it was told. */
  onTrouble(error: Error): void;
}

/** What frames are measured with from a number on. */
interface Change {
  firstFrame: number;
  setup: CalciumSetup;
}

/** The thread that measures cells, between the frames of a run and those who take their cells. */
export class CellMeasurement {
  readonly #options: CellMeasurementOptions;
  #host: CalciumHost | null = null;
  /** What frames are measured with; null while they are not. */
  #setup: CalciumSetup | null = null;
  #isChanged = false;
  #isStarting = false;
  #refusal: CalciumError | null = null;
  /** Those that the recording does not know of, oldest first. */
  #changes: Change[] = [];
  readonly #asking = new WeakSet<object>();

  constructor(options: CellMeasurementOptions) {
    this.#options = options;
  }

  /** What frames are measured with; null while they are not. */
  get setup(): CalciumSetup | null {
    return this.#setup;
  }

  get status(): CalciumStatus {
    const host = this.#host;
    return {
      measured: host?.measured ?? 0,
      skipped: host?.skipped ?? 0,
      waiting: host?.waiting ?? 0,
      events: this.#options.feed.events,
      usPerFrame: host?.usPerFrame ?? Number.NaN,
      projected: host?.projected ?? 0,
    };
  }

  /**
   * Measures frames from now on, with this.
   * @throws {CalciumError} when the thread has only just started and cannot measure with it
   */
  async use(setup: CalciumSetup): Promise<void> {
    if (this.#host) this.#host.configure(setup);
    else await this.#start(setup);
    this.#setup = setup;
    this.#isChanged = true;
  }

  /** Measures no frame from now on. */
  stop(): void {
    this.#setup = null;
  }

  /** Takes a frame of the run before it is tracked; its room is held until it is measured. */
  received({ id, timeNs, receivedNs, rois }: ReceivedFrame, room: FrameRoom): void {
    const { engine, feed } = this.#options;
    const setup = rois ? null : this.#setup;
    feed.received({ id, timeNs, receivedNs }, setup !== null);
    if (!setup) return;
    if (this.#isChanged) this.#changes.push({ firstFrame: id, setup });
    this.#isChanged = false;
    engine.holdRoom(room);
    this.#host!.push({ id, timeNs, receivedNs, room });
  }

  /**
   * Asks the thread something.
   * @param asker may ask one question at a time
   * @throws {CalciumError} while no frame is measured
   * @throws {LimitError} while another question is open
   */
  async ask<Answer>(
    asker: object,
    where: string,
    question: (host: CalciumHost) => Promise<Answer>,
  ): Promise<Answer> {
    const host = this.measuring(where);
    if (this.#asking.has(asker)) {
      throw new LimitError({ where, expected: 'one question at a time', received: 'another' });
    }
    this.#asking.add(asker);
    try {
      return await question(host);
    } finally {
      this.#asking.delete(asker);
    }
  }

  /** @throws {CalciumError} while no frame is measured */
  measuring(where: string): CalciumHost {
    if (this.#host && this.#setup) return this.#host;
    const hasCamera = this.#options.recorders() !== null;
    throw new CalciumError({
      where,
      expected: 'frames whose cells are measured',
      received: hasCamera ? 'calcium off' : 'no camera yet',
      remedy: hasCamera ? 'turn calcium on' : 'connect one',
    });
  }

  /** Measures what has come. */
  async close(): Promise<void> {
    await this.#host?.close();
  }

  async #start(setup: CalciumSetup): Promise<void> {
    this.#isStarting = true;
    this.#host = await this.#open();
    this.#host.configure(setup);
    // A thread that answers, if only that there is no frame, has started: none is skipped for want of it.
    await this.#host.project('mean').catch(() => {});
    this.#isStarting = false;
    const refusal = this.#refusal;
    this.#refusal = null;
    if (refusal) throw refusal;
  }

  #open(): Promise<CalciumHost> {
    const { engine, feed, mostWaiting, open } = this.#options;
    const recorders = this.#options.recorders()!;
    return open({
      mostWaiting,
      release: (room) => engine.returnRoom(room),
      onMeasured: (batch) => {
        this.#tellChanges(batch.frames[0]!.id);
        recorders.measured(batch);
        feed.measured(batch);
      },
      onSkipped: (firstFrame, lastFrame) => {
        this.#tellChanges(firstFrame);
        recorders.cellsSkipped(firstFrame, lastFrame);
        feed.skipped(firstFrame, lastFrame);
      },
      onTrouble: (error) => {
        if (this.#isStarting && error instanceof CalciumError) this.#refusal = error;
        else this.#options.onTrouble(error);
      },
    });
  }

  #tellChanges(frame: number): void {
    while (this.#changes[0] && this.#changes[0].firstFrame <= frame) {
      const { fps, map, neuropil, steps } = this.#changes.shift()!.setup;
      this.#options.recorders()!.cellsChanged({ fps, map, neuropil, steps });
    }
  }
}
