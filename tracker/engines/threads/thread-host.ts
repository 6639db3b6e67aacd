import { assertFrames, type BatchShape, batchShape } from '../batch-shape.ts';
import type { EngineHost, FrameRoom } from '../engine-host.ts';
import { RoomRing, type SharedRoom, separateBuffers, TableRing } from '../shared-rings.ts';
import type { EngineKind } from './engine-messages.ts';
import { EngineThread } from './engine-thread.ts';

export interface ThreadHostOptions {
  /** Threads with an engine each. */
  threads?: number;
  onNotice?(text: string): void;
}

/**
 * A host whose threads have an engine each; a batch goes to the one that has the least to do.
 * @throws {DeviceError} when there is no such engine on this machine
 */
export async function startThreadHost(
  kind: EngineKind,
  { threads: count = 1, onNotice = () => {} }: ThreadHostOptions = {},
): Promise<EngineHost> {
  let restarts = 0;
  const onReplaced = () => {
    restarts++;
  };
  const started = await Promise.allSettled(
    Array.from({ length: count }, () => EngineThread.start(kind, { onNotice, onReplaced })),
  );
  const threads = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = started.find((start) => start.status === 'rejected');
  if (failed) {
    await Promise.all(threads.map((thread) => thread.close()));
    throw failed.reason;
  }
  const source = separateBuffers((memory) => {
    for (const thread of threads) thread.forget(memory);
  });
  const rooms = new RoomRing(source);
  const tables = new TableRing(source);
  let shape: BatchShape = { beads: 0, radii: 0, fits: false, frameBytes: 0 };

  return {
    facts: threads[0]!.facts,
    threads: count,
    batches: threads.reduce((sum, { tracksAtOnce }) => sum + tracksAtOnce, 0),
    get restarts() {
      return restarts;
    },
    deviceTime: () => threads[0]!.deviceTime,

    async configure(setup) {
      shape = batchShape(setup);
      await Promise.all(threads.map((thread) => thread.do({ type: 'configure', setup })));
    },

    async moveRois(rois) {
      await Promise.all(threads.map((thread) => thread.do({ type: 'move-rois', rois })));
    },

    takeRoom: (bytes) => rooms.take(bytes),
    holdRoom: (room) => rooms.hold(room),
    returnRoom: (room) => rooms.give(room),

    async track(batch: readonly FrameRoom[]) {
      const stretches = batch.map((room) => (room as SharedRoom).stretch);
      const { beads, radii, fits } = shape;
      const { table, stretch } = tables.take(batch.length, beads, radii, fits);
      const numbers = stretches.map(({ memory }) => memory);
      stretches.push(stretch);
      const thread = threads.reduce((least, other) => (other.load < least.load ? other : least));
      try {
        assertFrames(batch, shape);
        const task = { type: 'track', rooms: numbers, table: stretch.memory, beads, radii, fits } as const;
        await thread.do(task, stretches);
        return table;
      } catch (error) {
        tables.give(table);
        throw error;
      } finally {
        for (const room of batch) rooms.give(room);
      }
    },

    returnTable: (table) => tables.give(table),

    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
