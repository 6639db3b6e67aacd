import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RecordingError } from '#protocol/errors.ts';
import { FRAME_FATES, type FrameFate } from '#protocol/frame-fate.ts';
import { LATENCY_STEP_NAMES } from '#protocol/latency-step.ts';
import { PIXEL_FORMAT_NAMES } from '#protocol/pixel-format.ts';
import { cellRecord } from './cell-record.ts';
import { programVersion } from './program-version.ts';
import type { TrackFacts } from './stream-schema.ts';

/** Names inside a run folder. */
export const RUN_FILES = {
  record: 'run.json',
  tracks: 'tracks.arrows',
  frames: 'frames.arrows',
  rois: 'rois.arrows',
  zLutChanges: 'z-lut-changes.csv',
  cells: 'cells.arrows',
  cellGaps: 'cell-gaps.arrows',
} as const;

/** Of the file of Z-LUTs that beads were given while a run was recorded: host time, bead, name in its folder or none. */
export const Z_LUT_CHANGES_HEADER = 'timeNs,bead,file\n';

/** Of frames whose rows wait, while a run is recorded and after it was killed; beside `frames.arrows`. */
export const WAITING_FRAMES = ['frames-waiting-1.arrows', 'frames-waiting-2.arrows'] as const;

const RUN_FORMAT = 'tweezertrack-run/1';

const roi = z.object({
  bead: z.number().int(),
  left: z.number().int(),
  top: z.number().int(),
  size: z.number().int(),
  follow: z.boolean().optional(),
});

const cameraSettings = z.record(z.string(), z.union([z.number(), z.string()]));

const counts = z.number().int().nonnegative();

/** What `run.json` says of a run: enough to track it again. Unknown keys of later versions are ignored. */
const runRecord = z.object({
  format: z.literal(RUN_FORMAT),
  tweezertrack: z.string(),
  node: z.string(),
  startedAt: z.iso.datetime(),
  /** What somebody wrote down about the run. */
  notes: z.string().optional(),
  /** What was done while it ran, in the order it was done. */
  log: z
    .array(
      z.object({
        at: z.iso.datetime(),
        note: z.string().optional(),
        /** Who did it, as they are called; left out for a program that does not say. */
        by: z.string().optional(),
        /** Settings of the camera that changed, as they are from then on. */
        cameraSettings: cameraSettings.optional(),
        /** Whether the camera takes frames from then on. */
        acquire: z.boolean().optional(),
      }),
    )
    .optional(),
  /** Settings of the camera as the run began, as far as its adapter tells. */
  cameraSettings: cameraSettings.optional(),
  /** Null while the run goes on, and for ever in a run that was killed. */
  endedAt: z.iso.datetime().nullable(),
  camera: z.object({
    camera: z.string(),
    width: z.number().int(),
    height: z.number().int(),
    pixelFormat: z.enum(PIXEL_FORMAT_NAMES),
    fps: z.number(),
    // JSON has no NaN: an unknown pixel size is null in the file.
    pixelSizeNm: z
      .number()
      .nullable()
      .transform((nm) => nm ?? Number.NaN),
  }),
  engine: z.object({
    engine: z.enum(['reference', 'wasm', 'gpu']),
    device: z.string(),
    fallback: z.boolean(),
  }),
  plan: z.array(z.object({ stage: z.string(), params: z.record(z.string(), z.unknown()) })),
  /** ROIs at the start; `roiChanges` tells what somebody did to them, `rois.arrows` where they followed their beads. */
  rois: z.array(roi),
  roiChanges: z.array(
    z.object({ frame: z.number().int(), set: z.array(roi), removed: z.array(z.number().int()) }),
  ),
  zLuts: z.array(z.object({ name: z.string(), file: z.string(), beads: z.array(z.number().int()) })),
  /** Frames by fate; null until the run has ended. */
  frames: z.partialRecord(z.enum(Object.keys(FRAME_FATES) as [FrameFate, ...FrameFate[]]), counts).nullable(),
  /** Rows of `tracks.arrows`; null until the run has ended. */
  rows: z.object({ written: counts, lost: counts }).nullable(),
  /** Where the time of the frames went; null until the run has ended, and where nobody measured it. */
  latency: z
    .partialRecord(
      z.enum(LATENCY_STEP_NAMES),
      z.object({ frames: counts, p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() }),
    )
    .nullable()
    .default(null),
  /** Cells measured beside the beads; absent where none was. */
  calcium: cellRecord.optional(),
});

export type RunRecord = z.output<typeof runRecord>;

/** Something that was done while a run was recorded, at this moment. */
export type LogEntry = Omit<NonNullable<RunRecord['log']>[number], 'at'>;

/** A run as it starts. */
export interface RunFacts extends TrackFacts, Pick<RunRecord, 'notes' | 'cameraSettings'> {
  /** Z-LUTs in use: name, file inside the run folder (the caller puts it there), and the beads that use it. */
  zLuts: readonly { name: string; file: string; beads: number[] }[];
}

/** The record of a run that starts now. */
export function startRunRecord(facts: RunFacts): RunRecord {
  return {
    format: RUN_FORMAT,
    tweezertrack: programVersion(),
    node: process.version,
    startedAt: new Date().toISOString(),
    ...(facts.notes && { notes: facts.notes }),
    ...(facts.cameraSettings && { cameraSettings: facts.cameraSettings }),
    endedAt: null,
    camera: facts.camera,
    engine: facts.engine,
    plan: facts.plan,
    rois: facts.rois.map((roi) => ({ ...roi })),
    roiChanges: [],
    zLuts: facts.zLuts.map((zLut) => ({ ...zLut })),
    frames: null,
    rows: null,
    latency: null,
  };
}

/** Writes `run.json` so that a crash leaves either the old or the new one. */
export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  const path = join(folder, RUN_FILES.record);
  const handle = await open(`${path}.tmp`, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(record, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.tmp`, path);
}

/**
 * Reads and checks `run.json`.
 * @throws {RecordingError} when it is missing, foreign or of a later format
 */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  const where = join(folder, RUN_FILES.record);
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(where, 'utf8'));
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new RecordingError(
      { where, expected: `the ${RUN_FORMAT} record of a run`, received, remedy: 'name the folder of a run' },
      cause,
    );
  }
  const parsed = runRecord.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new RecordingError({
    where,
    expected: `the ${RUN_FORMAT} record of a run`,
    received: z.prettifyError(parsed.error),
  });
}
