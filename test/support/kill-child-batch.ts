import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { RunFacts } from '#recording/run-record.ts';
import type { TrackedFrames } from '#sinks/track-sink.ts';

/** A small, complete run, as the recorder is told of it. */
export const FACTS: RunFacts = {
  camera: {
    camera: 'simulated',
    width: 64,
    height: 48,
    pixelFormat: 'mono8',
    fps: 100,
    pixelSizeNm: Number.NaN,
  },
  engine: { engine: 'reference', device: 'test CPU', fallback: false },
  plan: [{ stage: 'center-of-mass', params: { iterations: 2 } }],
  rois: [
    { bead: 3, left: 4, top: 8, size: 16 },
    { bead: 10, left: 14, top: 8, size: 16 },
  ],
  zLuts: [{ name: 'beads', file: 'beads.zlut.npy', beads: [3] }],
};

/** 2026-01-01 and 7 ns: a time that float64 cannot hold. */
const START_NS = 1_767_225_600_000_000_007n;

/**
 * Tracks whose every number follows from frame and bead; every fifth row has no z.
 * Beads are 3, 10, 17, ...; frames are `first`, `first + 1`, ...
 */
export function trackedBatch(first: number, frames: number, beads: number): TrackedFrames {
  const table = createTrackTable(frames, beads);
  for (let frame = 0; frame < frames; frame++) {
    for (let bead = 0; bead < beads; bead++) {
      const row = frame * beads + bead;
      const lost = ((first + frame) * beads + bead) % 5 === 4;
      table.xPx[row] = 12 + bead * 10 + Math.sin(first + frame) / 3;
      table.yPx[row] = 16 + Math.cos(first + frame + bead) / 3;
      table.zNm[row] = lost ? Number.NaN : 500 + (first + frame) / 7;
      table.score[row] = lost ? Number.NaN : 1 - 1 / (first + frame + bead + 2);
      table.status[row] = lost ? TRACK_STATUS['out-of-range'] : 0;
    }
  }
  return {
    frames: Array.from({ length: frames }, (_, index) => {
      const timeNs = START_NS + BigInt(first + index) * 10_000_000n;
      return {
        id: first + index,
        timeNs,
        receivedNs: timeNs + 1_000n,
        submittedNs: timeNs + 30_000n,
        trackedNs: timeNs + 2_000_000n,
      };
    }),
    rois: Array.from({ length: beads }, (_, index) => ({
      bead: 3 + 7 * index,
      left: 4 + 10 * index,
      top: 8,
      size: 16,
    })),
    table,
  };
}
