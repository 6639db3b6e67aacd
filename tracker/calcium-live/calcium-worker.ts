import { parentPort, workerData } from 'node:worker_threads';
import { CalciumError } from '#calcium/calcium-error.ts';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import type { LiveProjection } from '#protocol/calcium-live.ts';
import { TweezertrackError } from '#protocol/errors.ts';
import { viewPixels } from '#protocol/pixel-format.ts';
import { cellsFound, projectionMessage } from './answer-projection.ts';
import type { CalciumSetup } from './calcium-host.ts';
import type { CalciumReply, CalciumRequest, CalciumWorkerStart, Refusal } from './calcium-messages.ts';
import { ReplyBatch } from './reply-batch.ts';

/** A frame waits for others to be told of with it for so long at most. */
const LONGEST_BATCH_MS = 5;

const port = parentPort!;
const { originNs } = workerData as CalciumWorkerStart;
const memories = new Map<number, SharedArrayBuffer>();
let setup: CalciumSetup | null = null;
/** Null after a setting that cannot be measured with. */
let pipeline: CellPipeline | null = null;
/** The last there was: its projections go on. */
let lastPipeline: CellPipeline | undefined;
let batch: ReplyBatch | null = null;
/** Frames that cannot be measured and are not told of yet. */
let unmeasured = 0;
let batchSinceMs = 0;
let isTelling = false;
/** Questions are answered one after the other. */
let answering = Promise.resolve();

const reply = (message: CalciumReply) => port.postMessage(message);
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What the host can be told of; anything else is fatal. */
function refusal(error: unknown): Refusal {
  if (!(error instanceof TweezertrackError)) throw error;
  return { code: error.code, message: error.message };
}

function tell(): void {
  isTelling = false;
  if (unmeasured > 0) reply({ type: 'unmeasured', frames: unmeasured });
  unmeasured = 0;
  if (!batch || batch.frames === 0) return;
  const measured = batch.take(pipeline!.projected);
  port.postMessage(measured, [measured.values.buffer as ArrayBuffer]);
}

function configure(next: CalciumSetup): void {
  tell();
  try {
    const { width, height, fps, map, neuropil, steps } = next;
    if (map.width !== width || map.height !== height) {
      const [expected, received] = [`${width} x ${height} px, as the frames`, `${map.width} x ${map.height}`];
      throw new CalciumError({ where: 'map of the cells', expected, received });
    }
    pipeline = new CellPipeline({ fps, map, neuropil }, steps, lastPipeline);
    lastPipeline = pipeline;
    batch = new ReplyBatch(pipeline.cells);
    setup = next;
  } catch (error) {
    pipeline = null;
    batch = null;
    reply({ type: 'refused', ...refusal(error) });
  }
}

function measure({ id, timeNs, memory, byteOffset }: CalciumRequest & { type: 'frame' }): void {
  const startMs = performance.now();
  if (pipeline) {
    const { width, height, pixelFormat } = setup!;
    const pixels = viewPixels(memories.get(memory)!, pixelFormat, byteOffset, width * height);
    const frame = pipeline.measure(id, Number(timeNs) / 1e9, pixels);
    const nowMs = performance.now();
    if (batch!.frames === 0) batchSinceMs = startMs;
    batch!.add(frame, originNs + process.hrtime.bigint(), 1000 * (nowMs - startMs));
    if (batch!.isFull || nowMs - batchSinceMs > LONGEST_BATCH_MS) {
      tell();
      return;
    }
  } else unmeasured++;
  if (isTelling) return;
  isTelling = true;
  setImmediate(tell);
}

function project(kind: LiveProjection) {
  if (pipeline) return pipeline.project(kind);
  throw new CalciumError({ where: `${kind} projection`, expected: 'frames', received: 'none' });
}

async function answer(request: CalciumRequest & { type: 'project' | 'find-cells' }): Promise<void> {
  const { job } = request;
  try {
    if (request.type === 'project') {
      const answer = projectionMessage(project(request.kind), request.kind, pipeline!.projected);
      // Who reads of so many frames has been told of them.
      tell();
      port.postMessage({ type: 'answered', job, answer }, [answer.pixels.buffer as ArrayBuffer]);
      return;
    }
    const projection = project(request.search.kind);
    await pause();
    reply({
      type: 'answered',
      job,
      answer: await cellsFound(projection, request.search, pause),
    });
  } catch (error) {
    reply({ type: 'not-answered', job, ...refusal(error) });
  }
}

port.on('message', (request: CalciumRequest) => {
  switch (request.type) {
    case 'share':
      memories.set(request.memory, request.buffer);
      return;
    case 'forget':
      memories.delete(request.memory);
      return;
    case 'configure':
      configure(request.setup);
      return;
    case 'frame':
      measure(request);
      return;
    case 'reset-projections':
      pipeline?.resetProjections();
      return;
    case 'project':
    case 'find-cells':
      answering = answering.then(() => answer(request));
      return;
    case 'close':
      tell();
      void answering.then(() => port.close());
      return;
    default:
      throw new TypeError(`a request of ${request satisfies never}`);
  }
});
