import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Facts, Place, Probe } from './probe.ts';

/** First columns of the tables of ours. */
const TABLES: readonly (readonly [start: string, what: string])[] = [
  ['frame,timeNs,bead,', 'tracks'],
  ['frame,timeNs,cell,', 'cells'],
  ['frame,bead,file', 'Z-LUTs of the beads'],
];

const NEWLINE = 0x0a;

/** A CSV: its columns and rows. */
export const csvProbe: Probe = {
  kind: 'CSV',
  async read(place) {
    if (place.ending !== '.csv' || place.head.includes(0)) return null;
    const header = firstLine(place);
    const columns = header.split(',');
    if (columns.every(isNumber))
      return { columns: columns.length, header: 'none', rows: await linesOf(place) };
    const table = TABLES.find(([start]) => header.startsWith(start))?.[1];
    return { ...(table && { table }), columns, rows: (await linesOf(place)) - 1 };
  },
};

/** A text of numbers as instruments write it. */
export const numbersProbe: Probe = {
  kind: 'table of numbers',
  async read(place) {
    if (place.isFolder || place.ending === '.csv' || place.head.includes(0)) return null;
    const columns = firstLine(place)
      .trim()
      .split(/[\s,;]+/);
    if (!columns.every(isNumber)) return null;
    return { columns: columns.length, rows: await linesOf(place) };
  },
};

/** The text for CALISTO, with what it is in the .json beside it. */
export const calistoProbe: Probe = {
  kind: 'CALISTO text',
  async read(place) {
    if (place.ending !== '.txt') return null;
    const beside = await readFile(`${place.path.slice(0, -4)}.json`, 'utf8').catch(() => null);
    const facts = beside === null ? null : factsOf(beside);
    return facts && { frames: await linesOf(place), ...facts };
  },
};

function firstLine({ head }: Place): string {
  return Buffer.from(head).toString().split(/\r?\n/, 1)[0] ?? '';
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && (text === 'NaN' || !Number.isNaN(Number(text)));
}

function factsOf(json: string): Facts | null {
  try {
    const facts = JSON.parse(json) as Facts;
    return 'text' in facts && String(facts.format).startsWith('tweezertrack-export/') ? facts : null;
  } catch {
    return null;
  }
}

/** Lines, of which the last may have no end. */
async function linesOf({ path }: Place): Promise<number> {
  let lines = 0;
  let last = NEWLINE;
  for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
    for (const byte of part) if (byte === NEWLINE) lines++;
    last = part.at(-1) ?? last;
  }
  return last === NEWLINE ? lines : lines + 1;
}
