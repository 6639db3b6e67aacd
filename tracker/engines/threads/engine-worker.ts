import { parentPort, workerData } from 'node:worker_threads';
import { DeviceError, TweezertrackError } from '#protocol/errors.ts';
import { openEngine } from '../open-engine.ts';
import { TableViews } from '../shared-rings.ts';
import type { EngineReply, EngineRequest, EngineTask, EngineWorkerStart } from './engine-messages.ts';
import { recovering } from './recovering-engine.ts';

const port = parentPort!;
const { kind } = workerData as EngineWorkerStart;

const reply = (message: EngineReply) => port.postMessage(message);

const failure = (error: unknown) => ({
  code: error instanceof TweezertrackError ? error.code : 'E_DEVICE',
  message: error instanceof Error ? error.message : String(error),
});

try {
  const engine = await recovering(
    () => openEngine(kind),
    (text) => reply({ type: 'notice', text }),
  );
  const { tracksAtOnce = 1 } = engine;
  const rooms = new Map<number, SharedArrayBuffer>();
  const tables = new Map<number, TableViews>();
  const tracking = new Set<Promise<void>>();
  let beadsSetUp = 0;

  async function track(task: EngineTask & { type: 'track' }): Promise<void> {
    const { table, beads, radii, fits } = task;
    if (beads !== beadsSetUp) {
      const [expected, received] = [`a batch of ${beadsSetUp} beads`, `${beads}, of a setup that failed`];
      throw new DeviceError({ where: `${kind} engine`, expected, received });
    }
    const views = tables.get(table) ?? new TableViews(rooms.get(table)!, 0);
    tables.set(table, views);
    const frames = task.rooms.map((room) => rooms.get(room)!);
    await engine.track(frames, views.of(frames.length, beads, radii, fits));
  }

  async function run(job: number, task: EngineTask): Promise<void> {
    try {
      if (task.type === 'track') await track(task);
      if (task.type === 'configure') {
        await engine.configure(task.setup);
        beadsSetUp = task.setup.rois.length;
      }
      if (task.type === 'move-rois') await engine.moveRois(task.rois);
      if (task.type === 'close') await engine.close();
      reply({ type: 'done', job, deviceTime: engine.deviceTime?.() ?? null });
    } catch (error) {
      if (!(error instanceof TweezertrackError)) throw error;
      reply({ type: 'failed', job, ...failure(error) });
    }
    if (task.type === 'close') port.close();
  }

  /** Starts a batch beside others as far as the engine can, and anything else once they are done. */
  async function start(job: number, task: EngineTask): Promise<void> {
    const most = task.type === 'track' ? tracksAtOnce - 1 : 0;
    while (tracking.size > most) await Promise.race(tracking);
    const running = run(job, task).catch(fall);
    if (task.type !== 'track') return running;
    tracking.add(running);
    void running.then(() => tracking.delete(running));
  }

  /** Dies of an error nobody foresaw; a device must have nothing under way then. */
  async function fall(error: unknown): Promise<never> {
    port.removeAllListeners('message');
    await engine.close().catch(() => undefined);
    setImmediate(() => {
      throw error;
    });
    return new Promise(() => {});
  }

  let last = Promise.resolve();
  port.on('message', (request: EngineRequest) => {
    if (request.type === 'share') rooms.set(request.memory, request.buffer);
    else if (request.type === 'forget') {
      rooms.delete(request.memory);
      tables.delete(request.memory);
    } else last = last.then(() => start(request.job, request.task));
  });
  reply({ type: 'ready', facts: engine.facts, tracksAtOnce });
} catch (error) {
  reply({ type: 'not-opened', ...failure(error) });
}
