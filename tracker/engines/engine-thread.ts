import { Worker } from 'node:worker_threads';
import { DeviceError, type ErrorCode, TweezertrackError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import { type TrackTable, trackTableOver } from '#protocol/track-table.ts';
import type { EngineFacts, EngineSetup } from './engine.ts';
import type { EngineKind, EngineReply, EngineRequest, EngineWorkerStart } from './engine-messages.ts';

/** Tracks of a batch, with the frame buffers handed back for reuse. */
interface TrackedBatch {
  frames: ArrayBuffer[];
  table: TrackTable;
}

/** A batch that could not be tracked, with its buffers; `cause` says why. */
export class BatchFailure extends Error {
  readonly frames: ArrayBuffer[];
  readonly table: ArrayBuffer | null;
  constructor(cause: TweezertrackError, frames: ArrayBuffer[], table: ArrayBuffer | null) {
    super(cause.message, { cause });
    this.frames = frames;
    this.table = table;
  }
}

/** An engine in its own thread, so that tracking never delays a socket. */
export interface EngineThread {
  readonly facts: EngineFacts;
  /** Jobs are done in the order asked: a setup holds for every batch after it. */
  configure(setup: EngineSetup): Promise<void>;
  /** ROIs of the same beads and sizes at other places, for every batch after it. */
  moveRois(rois: readonly Roi[]): Promise<void>;
  /**
   * Transfers the frame buffers and the table's buffer to the thread until the promise settles.
   * @throws {BatchFailure} with the buffers when the engine failed
   */
  track(frames: ArrayBuffer[], table: ArrayBuffer, beads: number, radii: number): Promise<TrackedBatch>;
  close(): Promise<void>;
}

interface Job {
  beads: number;
  radii: number;
  resolve(batch: TrackedBatch | null): void;
  reject(error: Error): void;
}

/**
 * Starts an engine in a worker thread.
 * @param onNotice told what a person should know, e.g. that a device was lost and opened again
 * @throws {DeviceError} when there is no such engine on this machine
 */
export function startEngineThread(
  kind: EngineKind,
  onNotice: (text: string) => void = () => {},
): Promise<EngineThread> {
  const entry = new URL('./engine-worker.ts', import.meta.url).href;
  const start: EngineWorkerStart = { entry, kind };
  const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), { workerData: start });
  const jobs = new Map<number, Job>();
  let nextJob = 0;
  let gone: TweezertrackError | null = null;

  const post = (request: EngineRequest, transfer: ArrayBuffer[], sizes = { beads: 0, radii: 0 }) =>
    new Promise<TrackedBatch | null>((resolve, reject) => {
      if (gone) return reject(new BatchFailure(gone, transfer.slice(0, -1), transfer.at(-1) ?? null));
      jobs.set(request.job, { ...sizes, resolve, reject });
      worker.postMessage(request, transfer);
    });

  function settle(reply: EngineReply): void {
    if (reply.type === 'ready') return;
    if (reply.type === 'notice') {
      onNotice(reply.text);
      return;
    }
    const job = jobs.get(reply.job);
    if (!job) return;
    jobs.delete(reply.job);
    if (reply.type === 'failed') {
      job.reject(new BatchFailure(restoreError(reply), reply.frames, reply.table));
      return;
    }
    const { frames, table } = reply;
    job.resolve(table ? { frames, table: trackTableOver(table, frames.length, job.beads, job.radii) } : null);
  }

  return new Promise((resolveStart, rejectStart) => {
    function fail(cause: unknown): void {
      gone = new DeviceError(
        {
          where: `${kind} engine`,
          expected: 'a running thread',
          received: cause instanceof Error ? cause.message : String(cause),
        },
        cause,
      );
      rejectStart(gone);
      for (const job of jobs.values()) job.reject(new BatchFailure(gone, [], null));
      jobs.clear();
    }
    worker.on('error', fail);
    worker.on('exit', (code) => fail(`exit with code ${code}`));
    worker.on('message', (reply: EngineReply) => {
      if (reply.type === 'ready') {
        resolveStart({
          facts: reply.facts,
          configure: async (setup) => {
            await post({ type: 'configure', job: nextJob++, setup }, []);
          },
          moveRois: async (rois) => {
            await post({ type: 'move-rois', job: nextJob++, rois }, []);
          },
          track: async (frames, table, beads, radii) => {
            const request: EngineRequest = { type: 'track', job: nextJob++, frames, table, beads, radii };
            return (await post(request, [...frames, table], { beads, radii }))!;
          },
          close: async () => {
            if (gone) return;
            await post({ type: 'close', job: nextJob++ }, []);
          },
        });
      } else if (reply.type === 'failed' && reply.job < 0) {
        rejectStart(restoreError(reply));
      } else settle(reply);
    });
  });
}

/** The error of a worker, with its code and text, since classes do not survive the way between threads. */
function restoreError({ code, message }: { code: string; message: string }): TweezertrackError {
  const error = new TweezertrackError(code as ErrorCode, { where: '', expected: '', received: '' });
  error.message = message;
  return error;
}
