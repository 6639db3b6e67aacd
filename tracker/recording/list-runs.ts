import { join, resolve } from 'node:path';
import type { FateCounts } from '#protocol/frame-fate.ts';
import type { RecordingState, RecordingSummary } from '#protocol/recordings.ts';
import type { Plan } from '#stages/plan.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import { openArrowStream } from './arrow-stream.ts';
import { reason } from './output-file.ts';
import { folderSize, runFolders } from './run-folders.ts';
import { RUN_FILES, type RunRecord, readRunRecord } from './run-record.ts';
import { TRACKS_FORMAT } from './stream-schema.ts';

/** The run that this tracker is recording. */
export interface RunningRun {
  folder: string;
  stats: { rowsWritten: number; frames: FateCounts };
}

/** A run that has not ended but changed within this time may be one of another tracker. */
const STILL_WRITTEN_MS = 60_000;

/** Runs looked at together. */
const AT_ONCE = 16;

/** Presets by the text of their plans. */
let presets: Map<string, string> | null = null;

/** Lists the runs of a folder. Of those that have not changed since it looked last, it looks at their sizes only. */
export class RunList {
  readonly root: string;
  readonly #running: () => RunningRun | null;
  readonly #known = new Map<string, { key: string; summary: RecordingSummary }>();

  /** @param running the run that is being recorded here, or null */
  constructor(root: string, running: () => RunningRun | null) {
    this.root = root;
    this.#running = running;
  }

  /**
   * Every run, the newest first.
   * @throws {RecordingError} when the folder cannot be read
   */
  async list(): Promise<RecordingSummary[]> {
    const names = await runFolders(this.root);
    for (const name of this.#known.keys()) if (!names.includes(name)) this.#known.delete(name);
    const summaries: RecordingSummary[] = [];
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const some = names.slice(from, from + AT_ONCE).map((name) => this.#summary(name));
      summaries.push(...(await Promise.all(some)));
    }
    const key = ({ startedAt, name }: RecordingSummary) => `${startedAt ?? ''} ${name}`;
    return summaries.sort((one, other) => (key(one) < key(other) ? 1 : -1));
  }

  /** Whether a run is being written, as far as can be told from here. */
  async stateOf(name: string): Promise<RecordingState> {
    return (await this.#summary(name)).state;
  }

  async #summary(name: string): Promise<RecordingSummary> {
    const folder = join(this.root, name);
    const running = this.#running();
    const isOurs = running !== null && resolve(running.folder) === resolve(folder);
    const { bytes, changedMs } = await folderSize(folder).catch(() => ({ bytes: 0, changedMs: 0 }));
    const isFresh = Date.now() - changedMs < STILL_WRITTEN_MS;
    const key = `${bytes} ${changedMs} ${isOurs} ${isFresh}`;
    const known = this.#known.get(name);
    if (known?.key === key && !isOurs) return known.summary;
    const summary = { ...(await readSummary(name, folder, { isOurs, isFresh, changedMs })), bytes };
    this.#known.set(name, { key, summary });
    if (!isOurs) return summary;
    return { ...summary, frames: running.stats.frames, rows: running.stats.rowsWritten };
  }
}

interface Freshness {
  isOurs: boolean;
  isFresh: boolean;
  changedMs: number;
}

async function readSummary(
  name: string,
  folder: string,
  { isOurs, isFresh, changedMs }: Freshness,
): Promise<Omit<RecordingSummary, 'bytes'>> {
  let record: RunRecord;
  try {
    record = await readRunRecord(folder);
    const { handle } = await openArrowStream(join(folder, RUN_FILES.tracks), [TRACKS_FORMAT]);
    await handle.close();
  } catch (cause) {
    const unknown = { startedAt: null, durationS: null, frames: null, rows: null, beads: null, cells: null };
    // Its record is written first, before there are tracks.
    const state = isOurs ? 'recording' : 'unreadable';
    return { name, state, why: reason(cause), ...unknown, pipeline: null, zLuts: [], notes: null };
  }
  const { startedAt, endedAt, frames, rows, zLuts, plan, notes, calcium } = record;
  const endMs = endedAt === null ? changedMs : Date.parse(endedAt);
  return {
    name,
    state: endedAt !== null ? 'ended' : isOurs || isFresh ? 'recording' : 'incomplete',
    why: null,
    startedAt,
    durationS: Math.max(0, endMs - Date.parse(startedAt)) / 1000,
    frames,
    rows: rows?.written ?? null,
    beads: beadsOf(record).length,
    cells: Math.max(0, ...(calcium?.settings ?? []).map(({ cells }) => cells)),
    pipeline: pipelineName(plan),
    zLuts: [...new Set(zLuts.map((zLut) => zLut.name))],
    notes: notes ?? null,
  };
}

/** Ids of the beads that had an ROI at any time, in order. */
export function beadsOf({ rois, roiChanges }: Pick<RunRecord, 'rois' | 'roiChanges'>): number[] {
  const ids = new Set([...rois, ...roiChanges.flatMap(({ set }) => set)].map(({ bead }) => bead));
  return [...ids].sort((one, other) => one - other);
}

/** Name of the preset with these stages and parameters, or the names of the stages. */
function pipelineName(plan: Plan): string {
  presets ??= new Map(PRESET_NAMES.map((name) => [JSON.stringify(presetPlan(name)), name]));
  return presets.get(JSON.stringify(plan)) ?? plan.map(({ stage }) => stage).join(', ');
}
