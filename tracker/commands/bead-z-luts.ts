import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Option } from 'commander';
import { ConfigError, ZLutError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { type Plan, roiSizeForRadii } from '#stages/plan.ts';

/** What beads are tracked with from the beginning. */
export interface BeadZLuts {
  /** Of a bead by its id; null for one without, which gets no z. */
  of(bead: number): ZLut | null;
  /** Each once. */
  all: readonly ZLut[];
  /** Beads that have one of their own; null when one is for all. */
  beads: readonly number[] | null;
}

const OF_A_BEAD = /^bead-(\d+)\.(zlut|npy|txt|csv)$/;
const LIST_HEADER = 'bead,file';

/** Beads are tracked without z. */
export const NO_Z_LUTS: BeadZLuts = { of: () => null, all: [], beads: [] };

/**
 * Reads what `--zlut` or the setting names: one Z-LUT for all beads; a folder with `bead-ID.zlut` (or .npy, .txt, .csv)
 * for each, as `zlut build` and sweeps write them; or a CSV list with the header `bead,file`, whose paths are relative
 * to it.
 * @throws {ZLutError} naming the file or line: no such file, no Z-LUT, a bead twice, or a folder without any
 */
export async function readBeadZLuts(path: string): Promise<BeadZLuts> {
  const files = await filesByBead(path);
  if (files === null) {
    const zLut = await readZLut(path);
    return { of: () => zLut, all: [zLut], beads: null };
  }
  const read = new Map<string, ZLut>();
  for (const file of files.values()) if (!read.has(file)) read.set(file, await readZLut(file));
  const byBead = new Map([...files].map(([bead, file]) => [bead, read.get(file)!]));
  return { of: (bead) => byBead.get(bead) ?? null, all: [...read.values()], beads: [...byBead.keys()] };
}

/** `--zlut`, the same for every command that tracks. */
export function zLutOption(): Option {
  return new Option(
    '--zlut <path>',
    'Z-LUT of all beads, a folder of bead-ID.zlut, or a CSV list with bead,file; beads without one get no z',
  );
}

/** @throws {ConfigError} where beads with Z-LUTs of their own would get their ids by being found */
export function assertBeadsAreListed({ beads }: BeadZLuts, rois: string): void {
  if (beads === null || (rois !== 'auto' && rois !== 'isolated')) return;
  throw new ConfigError({
    where: '--rois',
    expected: 'a CSV file of ROIs, whose ids say which Z-LUT is whose',
    received: `'${rois}', which numbers beads as they are found`,
    remedy: 'give the list of ROIs, or one Z-LUT for all beads',
  });
}

/** px of the ROIs that all Z-LUTs were built with; undefined without any, or where they differ. */
export function roiSizeOf({ all }: BeadZLuts, plan: Plan): number | undefined {
  const sizes = new Set(all.map(({ method, radii }) => method?.roiSize ?? roiSizeForRadii(plan, radii)));
  return sizes.size === 1 ? [...sizes][0] : undefined;
}

/** Null for a file that is a Z-LUT itself. */
async function filesByBead(path: string): Promise<Map<number, string> | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return filesIn(path);
  return found?.isFile() && (await isList(path)) ? filesListed(path) : null;
}

async function filesIn(folder: string): Promise<Map<number, string>> {
  const files = new Map<number, string>();
  for (const name of (await readdir(folder)).sort()) {
    const id = OF_A_BEAD.exec(name)?.[1];
    if (id === undefined) continue;
    const before = files.get(Number(id));
    if (before !== undefined) throw twice(folder, Number(id), `${basename(before)} and ${name}`);
    files.set(Number(id), join(folder, name));
  }
  if (files.size > 0) return files;
  throw new ZLutError({
    where: folder,
    expected: 'Z-LUTs of beads, named bead-ID.zlut',
    received: 'none',
    remedy: 'give the folder that zlut build wrote, or a list of files with the header bead,file',
  });
}

async function isList(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return new TextDecoder().decode(buffer.subarray(0, bytesRead)).startsWith('bead,');
  } finally {
    await file.close();
  }
}

async function filesListed(path: string): Promise<Map<number, string>> {
  const text = new TextDecoder().decode(await readFile(path));
  const files = new Map<number, string>();
  const [header, ...lines] = text.split(/\r?\n/);
  if (header!.trim() !== LIST_HEADER) {
    throw new ZLutError({ where: `${path} line 1`, expected: LIST_HEADER, received: header!.trim() });
  }
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [, id, file] = /^\s*(\d+)\s*,\s*"?([^"]+?)"?\s*$/.exec(line) ?? [];
    const where = `${path} line ${index + 2}`;
    if (id === undefined) {
      throw new ZLutError({
        where,
        expected: 'a bead and its file, e.g. 3,bead-3.zlut',
        received: `'${line}'`,
      });
    }
    if (files.has(Number(id))) throw twice(where, Number(id), 'it a second time');
    files.set(Number(id), resolve(dirname(path), file!));
  }
  if (files.size > 0) return files;
  throw new ZLutError({ where: path, expected: 'at least one bead below the header', received: 'none' });
}

function twice(where: string, bead: number, received: string): ZLutError {
  return new ZLutError({ where, expected: `one Z-LUT of bead ${bead}`, received });
}
