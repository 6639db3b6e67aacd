import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { Plan } from '#stages/plan.ts';
import type { EngineSetup } from './engine.ts';
import type { EngineHost, FrameRoom } from './engine-host.ts';
import { createReferenceEngine } from './reference.ts';
import { ringExample } from './ring-example.ts';

const BEADS = 2;
const SIZE = 32;
const PLANES = 40;
const WARM_UP_BEADS = 20;
const WARM_UP_BATCHES = 10;
const TOLERANCE_PX = 0.001;
const TOLERANCE_NM = 0.5;

/** Columns that must agree, and within what. */
const TOLERANCES = { xPx: TOLERANCE_PX, yPx: TOLERANCE_PX, zNm: TOLERANCE_NM };

type Columns = Record<keyof typeof TOLERANCES, number[]>;

/**
 * Tracks a known example on an engine and on the reference, which is quick enough in this thread.
 * @param plan what will be tracked with; MagTrack's where it is not known yet
 * @returns null when they agree within 0.001 px and 0.5 nm and lack the same points, else where they differ
 */
export async function selfTest(host: EngineHost, plan?: Plan): Promise<string | null> {
  const { setup, frame } = ringExample(BEADS, SIZE, PLANES, plan);
  const got = await trackExample(host, setup, frame);
  const want = await referenceColumns(setup, frame);
  for (const [column, tolerance] of Object.entries(TOLERANCES) as [keyof Columns, number][]) {
    for (const [bead, expected] of want[column].entries()) {
      const received = got[column][bead]!;
      const bothLack = Number.isNaN(received) && Number.isNaN(expected);
      if (!bothLack && !(Math.abs(received - expected) <= tolerance)) {
        return `${column} of bead ${bead}: expected ${expected}, received ${received}`;
      }
    }
  }
  return null;
}

async function trackExample(host: EngineHost, setup: EngineSetup, frame: Uint8Array): Promise<Columns> {
  await host.configure(setup);
  const table = await host.track([filledRoom(host, frame)]);
  const columns = columnsOf(table);
  host.returnTable(table);
  return columns;
}

async function referenceColumns(setup: EngineSetup, frame: Uint8Array): Promise<Columns> {
  const reference = createReferenceEngine();
  await reference.configure(setup);
  const table = createTrackTable(1, BEADS);
  await reference.track([frame.slice().buffer], table);
  await reference.close();
  return columnsOf(table);
}

function columnsOf({ xPx, yPx, zNm }: TrackTable): Columns {
  return { xPx: [...xPx], yPx: [...yPx], zNm: [...zNm] };
}

/** Lets every thread of an engine compile its code on an example, so that a camera's first frames are tracked in time. */
export async function warmUp(host: EngineHost, plan?: Plan): Promise<void> {
  const { setup, frame } = ringExample(WARM_UP_BEADS, 64, 100, plan);
  await host.configure(setup);
  for (let turn = 0; turn < WARM_UP_BATCHES; turn++) {
    const batches = Array.from({ length: host.batches }, () => host.track([filledRoom(host, frame)]));
    for (const table of await Promise.all(batches)) host.returnTable(table);
  }
}

/** A room of the host's that holds a frame. */
export function filledRoom(host: EngineHost, frame: Uint8Array): FrameRoom {
  const room = host.takeRoom(frame.length);
  room.pixels.set(frame);
  return room;
}
