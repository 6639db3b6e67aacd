import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RecordingError } from '#protocol/errors.ts';
import { beadsOf } from '#recording/list-runs.ts';
import { openRun } from '#recording/read-recording.ts';
import { STREAM_FORMATS } from '#recording/repair-arrow-stream.ts';
import { runFolder, runFolders } from '#recording/run-folders.ts';
import { type StreamExtent, streamExtent } from '#recording/stream-extent.ts';
import type { Facts, Probe } from './probe.ts';
import { moviesOfRun } from './run-movies.ts';

/** A run folder: its record, how far its streams reach, and its movies. */
export const runProbe: Probe = {
  kind: 'run folder',
  async read({ path, isFolder }) {
    if (!isFolder || (await runFolder(dirname(resolve(path)), basename(resolve(path)))) === null) return null;
    const { record } = await openRun(path);
    const { camera, engine, plan, zLuts, calcium, startedAt, endedAt, notes, frames, rows } = record;
    const names = (await readdir(path)).filter((name) => name.endsWith('.arrows')).sort();
    const movies = await moviesOfRun(path);
    return {
      ...{ format: record.format, tweezertrack: record.tweezertrack, startedAt },
      endedAt,
      state: endedAt === null ? 'recorded still, or it was killed' : 'ended',
      ...(notes && { notes }),
      camera,
      engine,
      pipeline: plan.map(({ stage }) => stage),
      beads: beadsOf(record),
      zLuts,
      ...(calcium && { cells: calcium.settings.map(({ frame, cells }) => ({ fromFrame: frame, cells })) }),
      frames,
      rows,
      streams: Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await reach(join(path, name))])),
      ),
      ...(Object.keys(movies).length > 0 && { movies }),
    };
  },
};

/** A folder of runs, as the tracker records into. */
export const runsProbe: Probe = {
  kind: 'folder of recordings',
  async read({ path, isFolder }) {
    const runs = isFolder ? await runFolders(path) : [];
    return runs.length > 0 ? { runs } : null;
  },
};

/** One stream of a run. */
export const streamProbe: Probe = {
  kind: 'Arrow stream',
  async read({ path, head, ending }) {
    // Pixels may begin with anything.
    if (ending === '.bin') return null;
    const isArrow = head.length >= 4 && head.subarray(0, 4).every((byte) => byte === 0xff);
    if (!isArrow && ending !== '.arrows') return null;
    const extent = await streamExtent(path, STREAM_FORMATS);
    const metadata = [...extent.schema.metadata].filter(([name]) => name !== 'format');
    return {
      format: extent.format,
      ...reachOf(extent),
      columns: Object.fromEntries(extent.schema.fields.map(({ name, type }) => [name, String(type)])),
      ...Object.fromEntries(metadata.map(([name, text]) => [name, parsed(text)])),
    };
  },
};

async function reach(path: string): Promise<Facts | string> {
  try {
    return reachOf(await streamExtent(path, STREAM_FORMATS));
  } catch (cause) {
    if (cause instanceof RecordingError) return cause.message;
    throw cause;
  }
}

function reachOf({ rows, batches, fileBytes, wholeBytes, hasEnd }: StreamExtent): Facts {
  const behind = fileBytes - wholeBytes;
  const cut = `no end: recorded still, or cut off; ${behind} bytes of a batch that is not whole (tweezertrack repair)`;
  return { rows, batches, bytes: fileBytes, state: hasEnd ? 'whole' : cut };
}

/** Schema metadata is JSON where it is no sentence. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
