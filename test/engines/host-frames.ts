import type { EngineSetup } from '#engines/engine.ts';
import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import { openEngine } from '#engines/open-engine.ts';
import type { EngineKind } from '#engines/threads/engine-messages.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';

/** A frame with every row moved up by some, so that frames differ. */
export function shifted({ width }: EngineSetup, frame: Uint8Array, rows: number): Uint8Array {
  const turned = new Uint8Array(frame.length);
  turned.set(frame.subarray(rows * width));
  turned.set(frame.subarray(0, rows * width), frame.length - rows * width);
  return turned;
}

export function roomWith(host: EngineHost, pixels: Uint8Array): FrameRoom {
  const room = host.takeRoom(pixels.length);
  room.pixels.set(pixels);
  return room;
}

/** Every number of a table, to be compared to the last bit. */
export function numbers({ xPx, yPx, zNm, score, status, profiles }: TrackTable): number[] {
  return [...xPx, ...yPx, ...zNm, ...score, ...status, ...profiles];
}

/** What an engine in this thread finds. */
export async function inThisThread(
  kind: EngineKind,
  setup: EngineSetup,
  frames: readonly Uint8Array[],
  radii = 0,
): Promise<number[]> {
  const engine = await openEngine(kind);
  await engine.configure(setup);
  const table = createTrackTable(frames.length, setup.rois.length, radii);
  const copies = frames.map((pixels) => pixels.slice().buffer);
  await engine.track(copies, table);
  await engine.close();
  return numbers(table);
}
