import type { EngineSetup } from '#engines/engine.ts';
import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import { DeviceError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';

/** A batch with the host, until the test ends it. */
interface ManualBatch {
  rooms: readonly FrameRoom[];
  table: TrackTable;
  done(): void;
  fail(): void;
}

/** A host whose batches end when the test says so; each bead's x is the first pixel of its frame. */
export function manualHost(batches = 1) {
  const open: ManualBatch[] = [];
  const moves: (readonly Roi[])[] = [];
  /** Rooms with those who hold them, and tables, lent and not handed back. */
  const lent = { rooms: new Map<FrameRoom, number>(), tables: new Set<TrackTable>() };
  const give = (room: FrameRoom) => {
    const holders = (lent.rooms.get(room) ?? 1) - 1;
    if (holders > 0) lent.rooms.set(room, holders);
    else lent.rooms.delete(room);
  };
  let setup: EngineSetup | null = null;
  const host: EngineHost = {
    facts: { engine: 'reference', device: 'test', fallback: false },
    threads: 1,
    batches,
    restarts: 0,
    deviceTime: () => null,
    configure: async (next) => {
      setup = next;
    },
    moveRois: async (rois) => {
      moves.push(rois);
    },
    takeRoom: (bytes) => {
      const room = { pixels: new Uint8Array(new SharedArrayBuffer(bytes)) };
      lent.rooms.set(room, 1);
      return room;
    },
    holdRoom: (room) => lent.rooms.set(room, lent.rooms.get(room)! + 1),
    returnRoom: give,
    track: (rooms) =>
      new Promise((resolve, reject) => {
        const beads = setup!.rois.length;
        const table = createTrackTable(rooms.length, beads);
        const settle = () => {
          for (const room of rooms) give(room);
        };
        open.push({
          rooms,
          table,
          done: () => {
            for (const [row, { pixels }] of rooms.entries()) {
              table.xPx.fill(pixels[0]!, row * beads, (row + 1) * beads);
            }
            settle();
            lent.tables.add(table);
            resolve(table);
          },
          fail: () => {
            settle();
            reject(new DeviceError({ where: 'test', expected: 'a device', received: 'none' }));
          },
        });
      }),
    returnTable: (table) => lent.tables.delete(table),
    close: async () => {},
  };
  return { host, open, moves, lent };
}
