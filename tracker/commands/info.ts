import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { StackError } from '#protocol/errors.ts';
import { hdf5Probe } from './info/hdf5.ts';
import { movieProbe } from './info/movie.ts';
import { npyProbe, npzProbe } from './info/numpy.ts';
import { parquetProbe } from './info/parquet.ts';
import type { Facts, Place, Probe } from './info/probe.ts';
import { runProbe, runsProbe, streamProbe } from './info/recordings.ts';
import { stackProbe } from './info/stack.ts';
import { tdmsProbe } from './info/tdms.ts';
import { calistoProbe, csvProbe, numbersProbe } from './info/text.ts';
import { zLutProbe } from './info/z-lut.ts';

/** Every kind, the particular before the general: what more than one of them knows is told by all. */
const PROBES: readonly Probe[] = [
  runProbe,
  runsProbe,
  streamProbe,
  movieProbe,
  parquetProbe,
  calistoProbe,
  zLutProbe,
  csvProbe,
  numbersProbe,
  npyProbe,
  npzProbe,
  hdf5Probe,
  tdmsProbe,
  stackProbe,
];

const HEAD_BYTES = 4096;

/** `info`: what a file or folder is. */
export function registerInfo(command: Command): void {
  command
    .argument('<path>', 'run folder, .arrows, movie, export, stack, Z-LUT, NumPy array or table')
    .option('--json', 'print JSON')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const facts = await infoOf(path);
      console.log(json ? JSON.stringify(facts, null, 2) : linesOf(facts).join('\n'));
    });
}

/**
 * What a file or folder is: `kind`, all kinds it can be read as, and what each knows.
 * @throws {StackError} when there is none, or it is of no kind that is known
 * @throws {TweezertrackError} of one that is broken
 */
export async function infoOf(path: string): Promise<Facts> {
  const place = await placeOf(path);
  const kinds: string[] = [];
  const facts: Facts = {};
  for (const { kind, read } of PROBES) {
    const found = await read(place);
    if (!found) continue;
    kinds.push(kind);
    for (const [name, value] of Object.entries(found)) facts[name] ??= value;
  }
  if (kinds.length > 0)
    return { path, kind: kinds.join(', '), ...(!place.isFolder && { bytes: place.bytes }), ...facts };
  const received = place.isFolder
    ? 'a folder without any'
    : `${place.bytes} bytes that begin with ${Buffer.from(place.head.subarray(0, 8)).toString('hex') || 'nothing'}`;
  throw new StackError({
    where: path,
    expected: 'a recording, movie, export, stack, Z-LUT or table',
    received,
  });
}

async function placeOf(path: string): Promise<Place> {
  // An array in a file, as file.h5#/path, is read by the stacks.
  const file = await stat(path).catch(() => null);
  if (!file)
    return { path, isFolder: false, bytes: 0, head: new Uint8Array(0), ending: extname(path).toLowerCase() };
  if (file.isDirectory()) return { path, isFolder: true, bytes: 0, head: new Uint8Array(0), ending: '' };
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    return { path, isFolder: false, bytes: file.size, head, ending: extname(path).toLowerCase() };
  } finally {
    await handle.close();
  }
}

function linesOf(facts: Facts, indent = ''): string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length > 0
    ) {
      return [`${indent}${name}:`, ...linesOf(value as Facts, `${indent}  `)];
    }
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text === undefined ? [] : [`${indent}${name}: ${text}`];
  });
}
