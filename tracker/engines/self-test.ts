import { MAGTRACK_PLAN, parsePlan } from '#pipeline/plan.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { EngineSetup } from './engine.ts';
import type { EngineThread } from './engine-thread.ts';

const SIZE = 32;
const PLANES = 24;
const TOLERANCE_PX = 0.001;
const TOLERANCE_NM = 0.5;

/** Rings that widen with height: not optics, but every stage has work to do on them. */
function ringCounts(radiusPx: number, plane: number): number {
  return 120 + 90 * Math.cos(radiusPx * (1.1 - 0.02 * plane)) * Math.exp(-radiusPx / 9);
}

/** A 64 x 40 frame with two beads off center at different heights, and what an engine needs to track it. */
function example(): { setup: EngineSetup; frame: ArrayBuffer } {
  const width = 2 * SIZE;
  const height = SIZE + 8;
  const beads = [
    { xPx: 15.3, yPx: 19.8, plane: 9.4 },
    { xPx: 48.7, yPx: 20.6, plane: 14.1 },
  ];
  const frame = new ArrayBuffer(width * height);
  const pixels = new Uint8Array(frame);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const bead = beads[column < SIZE ? 0 : 1]!;
      pixels[row * width + column] = ringCounts(Math.hypot(column - bead.xPx, row - bead.yPx), bead.plane);
    }
  }
  const radii = SIZE / 2;
  const zLut: ZLut = {
    name: 'self-test',
    planes: PLANES,
    radii,
    planeZNm: Float64Array.from({ length: PLANES }, (_, plane) => plane * 100),
    profiles: Float64Array.from({ length: PLANES * radii }, (_, index) =>
      ringCounts(index % radii, Math.floor(index / radii)),
    ),
  };
  const rois: Roi[] = [0, 1].map((bead) => ({ bead, left: bead * SIZE, top: 4, size: SIZE }));
  const plan = parsePlan(MAGTRACK_PLAN);
  return {
    frame,
    setup: {
      plan,
      width,
      height,
      pixelFormat: 'mono8',
      rois,
      zLuts: [zLut],
      zLutOfBead: [0, 0],
      profiles: false,
    },
  };
}

/**
 * Tracks a known example on an engine and on the reference.
 * @returns null when they agree within 0.001 px and 0.5 nm, else where they differ
 */
export async function selfTest(thread: EngineThread, reference: EngineThread): Promise<string | null> {
  const { setup, frame } = example();
  const run = async (engine: EngineThread): Promise<TrackTable> => {
    await engine.configure(setup);
    const table = createTrackTable(1, setup.rois.length);
    return (await engine.track([frame.slice(0)], table.buffer, setup.rois.length, 0)).table;
  };
  const [got, want] = [await run(thread), await run(reference)];
  for (const [column, tolerance] of [
    ['xPx', TOLERANCE_PX],
    ['yPx', TOLERANCE_PX],
    ['zNm', TOLERANCE_NM],
  ] as const) {
    for (let bead = 0; bead < setup.rois.length; bead++) {
      if (!(Math.abs(got[column][bead]! - want[column][bead]!) <= tolerance)) {
        return `${column} of bead ${bead}: expected ${want[column][bead]}, received ${got[column][bead]}`;
      }
    }
  }
  return null;
}
