import { constants } from 'node:fs';
import { copyFile, cp, readdir, rename, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { RecordingError } from '#protocol/errors.ts';
import { exists, existsAlready } from '#protocol/z-lut-new-file.ts';
import { openRun } from '#recording/read-recording.ts';
import { repairArrowStream, STREAM_FORMATS } from '#recording/repair-arrow-stream.ts';
import { RUN_FILES, WAITING_FRAMES } from '#recording/run-record.ts';
import { settleFrames } from '#recording/settle-frames.ts';
import { type StreamExtent, streamExtent } from '#recording/stream-extent.ts';
import { withTemporaryOutput } from './temporary-output.ts';
import { writeWhole } from './whole-file.ts';

/** What there is of a stream, and what a repair loses. */
export interface RepairedStream {
  name: string;
  /** In whole record batches, which are kept. */
  rows: number;
  /** Of a batch that was not whole, which are lost. */
  cutBytes: number;
  wasWhole: boolean;
  /** Why nothing of it can be saved; null where something can. */
  refused: string | null;
}

export interface RepairReport {
  /** File or folder that is whole now; null where there was nothing to repair. */
  to: string | null;
  streams: RepairedStream[];
}

interface RepairOptions {
  /** Where to write the repaired copy. */
  out?: string | undefined;
  /** Without `out`, repairs the original; with it, writes over a file. */
  force?: boolean;
}

/** A recorder writes every second at least: what has not changed for longer is not being recorded. */
const QUIET_MS = 10_000;

/**
 * Ends the streams of a run folder or a single one that a crash cut short: in a copy beside it, which is named
 * `NAME.repaired.arrows` or `NAME-repaired`, unless `force` says the original.
 * @throws {OutputExistsError} when the copy exists and `force` is not set, or is a folder
 * @throws {RecordingError} when it is no recording, nothing of it can be saved, or the original may be still recorded
 */
export async function repair(
  path: string,
  { out, force = false }: RepairOptions = {},
): Promise<RepairReport> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  if (isFolder) await openRun(path);
  const names = isFolder ? await streamsOf(path) : [''];
  const streams = await Promise.all(
    names.map((name) => (isFolder ? examine(path, name) : examineFile(path))),
  );
  if (streams.every(({ wasWhole, refused }) => wasWhole || refused !== null)) return { to: null, streams };
  const broken = streams.filter(({ wasWhole, refused }) => !wasWhole && refused === null);
  if (force && out === undefined) {
    const paths = broken.map(({ name }) => (isFolder ? join(path, name) : path));
    for (const one of paths) await refuseGrowing(one);
    for (const one of paths) await repairArrowStream(one);
    if (isFolder) await addWaiting(path, broken);
    return { to: path, streams };
  }
  const to = out ?? nameBeside(path, isFolder);
  if (isFolder) await repairFolder(path, to, broken);
  else {
    await writeWhole(to, force, async (temporary) => {
      await copyFile(path, temporary, constants.COPYFILE_FICLONE);
      await repairArrowStream(temporary);
    });
  }
  return { to, streams };
}

async function repairFolder(path: string, to: string, broken: readonly RepairedStream[]): Promise<void> {
  if (await exists(to)) throw existsAlready(to);
  await withTemporaryOutput(to, async (temporary) => {
    await cp(path, temporary, { recursive: true, mode: constants.COPYFILE_FICLONE });
    for (const { name } of broken) await repairArrowStream(join(temporary, name));
    await addWaiting(temporary, broken);
    await rename(temporary, to);
  });
}

/** Streams of a run, but for the rows that wait to be in one. */
async function streamsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.arrows'));
  return names.filter((name) => !WAITING_FRAMES.some((waiting) => waiting === name)).sort();
}

/** Frames whose rows waited for where motors were are saved with the others. */
async function addWaiting(folder: string, repaired: readonly RepairedStream[]): Promise<void> {
  const frames = repaired.find(({ name }) => name === RUN_FILES.frames);
  if (frames) frames.rows += await settleFrames(join(folder, RUN_FILES.frames));
}

/** A stream among others: one that cannot be read is no reason to give up the others. */
async function examine(folder: string, name: string): Promise<RepairedStream> {
  try {
    return { ...(await examineFile(join(folder, name))), name };
  } catch (cause) {
    if (!(cause instanceof RecordingError)) throw cause;
    const { size } = await stat(join(folder, name));
    return { name, rows: 0, cutBytes: size, wasWhole: false, refused: cause.message };
  }
}

async function examineFile(path: string): Promise<RepairedStream> {
  const { rows, fileBytes, wholeBytes, hasEnd }: StreamExtent = await streamExtent(path, STREAM_FORMATS);
  return { name: path, rows, cutBytes: hasEnd ? 0 : fileBytes - wholeBytes, wasWhole: hasEnd, refused: null };
}

async function refuseGrowing(path: string): Promise<void> {
  const { mtimeMs } = await stat(path);
  const quietMs = Date.now() - mtimeMs;
  if (quietMs > QUIET_MS) return;
  throw new RecordingError({
    where: path,
    expected: `a file that was not changed for ${QUIET_MS / 1000} s`,
    received: `one that was ${(quietMs / 1000).toFixed(1)} s ago`,
    remedy: 'end the recording first, or name a copy with --out',
  });
}

function nameBeside(path: string, isFolder: boolean): string {
  if (isFolder) return `${resolve(path)}-repaired`;
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}.repaired${ending}`;
}
