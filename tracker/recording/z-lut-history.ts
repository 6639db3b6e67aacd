import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingError } from '#protocol/errors.ts';
import { OutputFile } from './output-file.ts';
import { openRun, type Run, readFates } from './read-recording.ts';
import { RUN_FILES, Z_LUT_CHANGES_HEADER } from './run-record.ts';

/** What a bead is tracked with from a frame on. */
export interface ZLutUse {
  frame: number;
  bead: number;
  /** Name in the folder of the run; null for none. */
  file: string | null;
}

/** A line of the file: batches that went to the engine from this host time on have it. */
interface ZLutChange {
  timeNs: bigint;
  bead: number;
  file: string | null;
}

/**
 * The Z-LUT of each bead from its first frame on, and from every frame on with which that changed; in the order of
 * frames. Frames that a camera had cut to ROIs before it heard of the change were tracked as before it.
 * @throws {RecordingError} when a file of the run is missing or foreign
 */
export async function readZLutUses(run: Run): Promise<ZLutUse[]> {
  const changes = await readChanges(run.folder);
  const uses: ZLutUse[] = [];
  let next = 0;
  for await (const { frame, fate, submittedNs } of readFates(run.framesPath)) {
    if (fate !== 'tracked') continue;
    if (uses.length === 0) uses.push(...usesAtStart(run, frame));
    if (next === changes.length) break;
    for (; submittedNs !== null && next < changes.length && changes[next]!.timeNs <= submittedNs; next++) {
      const { bead, file } = changes[next]!;
      const last = uses.findLast((use) => use.bead === bead);
      if (last?.frame === frame) last.file = file;
      else uses.push({ frame, bead, file });
    }
  }
  return uses;
}

/** Name of the Z-LUT that a bead was tracked with in a frame, or null. */
export function zLutFileAt(uses: readonly ZLutUse[], bead: number, frame: number): string | null {
  return uses.findLast((use) => use.bead === bead && use.frame <= frame)?.file ?? null;
}

/**
 * Writes the Z-LUTs of a run as `frame,bead,file`: what each bead is tracked with from a frame on, no name for none.
 * @returns rows written
 * @throws {OutputExistsError} when the CSV exists and `force` is not set
 * @throws {RecordingError} when the run cannot be read or the CSV cannot be written
 */
export async function exportZLutUses(
  source: string,
  csvPath: string,
  { force = false } = {},
): Promise<number> {
  const uses = await readZLutUses(await openRun(source));
  const lines = uses.map(({ frame, bead, file }) => `${frame},${bead},${file ?? ''}\n`);
  const out = new OutputFile(csvPath, force);
  try {
    out.write(Buffer.from(`frame,bead,file\n${lines.join('')}`));
  } finally {
    out.close();
  }
  return uses.length;
}

function usesAtStart({ record: { rois, zLuts } }: Run, frame: number): ZLutUse[] {
  return rois.map(({ bead }) => {
    const zLut = zLuts.find(({ beads }) => beads.includes(bead));
    return { frame, bead, file: zLut?.file ?? null };
  });
}

/** Changes in the order of time; none where there is no such file. */
async function readChanges(folder: string): Promise<ZLutChange[]> {
  const where = join(folder, RUN_FILES.zLutChanges);
  const text = await readFile(where, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return Z_LUT_CHANGES_HEADER;
    throw new RecordingError({ where, expected: 'a file that can be read', received: cause.message }, cause);
  });
  // What follows the last end of a line was cut by a crash.
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return lines.flatMap((line, index) => {
    if (`${line}\n` === Z_LUT_CHANGES_HEADER) return [];
    const parts = /^(\d+),(\d+),([\w.-]*)$/.exec(line);
    if (parts) return [{ timeNs: BigInt(parts[1]!), bead: Number(parts[2]), file: parts[3] || null }];
    const expected = Z_LUT_CHANGES_HEADER.trimEnd();
    throw new RecordingError({ where: `${where} line ${index + 1}`, expected, received: line.slice(0, 80) });
  });
}
