import { parentPort, workerData } from 'node:worker_threads';
import { TweezertrackError } from '#protocol/errors.ts';
import { trackTableOver } from '#protocol/track-table.ts';
import type { EngineReply, EngineRequest, EngineWorkerStart } from './engine-messages.ts';
import { openEngine } from './open-engine.ts';
import { recovering } from './recovering-engine.ts';

const port = parentPort!;
const { kind } = workerData as EngineWorkerStart;

function reply(message: EngineReply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

const failure = (error: unknown) => ({
  code: error instanceof TweezertrackError ? error.code : 'E_DEVICE',
  message: error instanceof Error ? error.message : String(error),
});

try {
  const engine = await recovering(
    () => openEngine(kind),
    (text) => reply({ type: 'notice', text }),
  );

  async function run(request: EngineRequest): Promise<void> {
    const frames = request.type === 'track' ? request.frames : [];
    const table = request.type === 'track' ? request.table : null;
    const transfer = table ? [...frames, table] : frames;
    try {
      if (request.type === 'configure') await engine.configure(request.setup);
      if (request.type === 'move-rois') await engine.moveRois(request.rois);
      if (request.type === 'close') await engine.close();
      if (request.type === 'track') {
        const columns = trackTableOver(request.table, frames.length, request.beads, request.radii);
        await engine.track(frames, columns);
      }
      reply({ type: 'done', job: request.job, frames, table }, transfer);
    } catch (error) {
      reply({ type: 'failed', job: request.job, ...failure(error), frames, table }, transfer);
    }
    if (request.type === 'close') port.close();
  }

  // An engine does one job at a time, in the order the host asked.
  let last = Promise.resolve();
  port.on('message', (request: EngineRequest) => {
    last = last.then(() => run(request));
  });
  reply({ type: 'ready', facts: engine.facts });
} catch (error) {
  reply({ type: 'failed', job: -1, ...failure(error), frames: [], table: null });
}
