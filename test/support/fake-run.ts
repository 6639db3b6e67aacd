import { type RigChanges, type RunState, withChanges } from '#protocol/run-state.ts';

/** A camera that takes frames, unrecorded, at a rig with these choices. */
export function fakeRun(choices: RigChanges): RunState {
  const usual = { pattern: '{date}_{time}', name: '', notes: '', lowDiskGB: 5, roiSize: null };
  return {
    acquire: 'unknown',
    settings: [],
    saving: {
      ...{ on: false, folder: null, startedMs: null, frames: 0, rows: 0, rowsLost: 0, bytes: 0 },
      ...{ notes: '', noteLog: [] },
    },
    disk: { freeBytes: 1e12, bytesPerS: 0, leftS: Number.POSITIVE_INFINITY, isLow: false },
    rig: withChanges(usual, choices),
    movie: {
      ...{ record: 'off', format: 'tiff', every: 1 },
      film: { file: null, frames: 0, waiting: 0, lost: 0, bytes: 0, bytesPerS: 0 },
      kept: {
        ...{ lastS: 0, subject: 'frames', frames: 0, seconds: 0, bytes: 0, maxMemoryMiB: 512, lost: 0 },
        ...{ saving: null, file: null },
      },
    },
  };
}
