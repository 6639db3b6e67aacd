import { join } from 'node:path';
import { type FateCounts, type FrameFate, noFates } from '#protocol/frame-fate.ts';
import { readFates, readTracks } from '#recording/read-recording.ts';
import { RUN_FILES, readRunRecord } from '#recording/run-record.ts';

/** What a recording says of its frames, from its three sources. */
export interface RecordedAccount {
  /** Of `run.json`; null for a run that was cut. */
  ended: FateCounts | null;
  /** The last word of `frames.arrows` on every number. */
  fates: FateCounts;
  /** The first number; NaN where there is none. */
  first: number;
  /** Numbers from the first to the last of which `frames.arrows` says nothing. */
  unknown: number[];
  /** Numbers that are tracked in `frames.arrows`, and those that have a row for every bead in `tracks.arrows`. */
  tracked: number[];
  withTracks: number[];
  rows: number;
}

/** Reads the account of a recording with so many beads. */
export async function recordedAccount(folder: string, beads: number): Promise<RecordedAccount> {
  const record = await readRunRecord(folder);
  const words = new Map<number, FrameFate>();
  for await (const { frame, lastFrame, fate } of readFates(join(folder, RUN_FILES.frames))) {
    for (let id = frame; id <= lastFrame; id++) words.set(id, fate);
  }
  const fates = noFates();
  for (const fate of words.values()) fates[fate]++;
  const ids = [...words.keys()].sort((a, b) => a - b);
  const unknown: number[] = [];
  for (let id = ids[0] ?? 0; id < (ids.at(-1) ?? 0); id++) if (!words.has(id)) unknown.push(id);
  const rowsOf = new Map<number, number>();
  let rows = 0;
  for await (const { frame } of readTracks(join(folder, RUN_FILES.tracks))) {
    rows += frame.length;
    for (const id of frame) rowsOf.set(id, (rowsOf.get(id) ?? 0) + 1);
  }
  return {
    ended: record.frames && { ...noFates(), ...record.frames },
    fates,
    first: ids[0] ?? Number.NaN,
    unknown,
    tracked: ids.filter((id) => words.get(id) === 'tracked'),
    withTracks: [...rowsOf].filter(([, count]) => count === beads).map(([id]) => id),
    rows,
  };
}
