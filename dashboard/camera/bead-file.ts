import type { LiveBead } from '#protocol/live.ts';
import { MAX_BEAD_ID, MOST_PLACED_BEADS, type PlacedRoi } from '#protocol/place-beads.ts';
import { MAX_ROI_SIZE, MIN_ROI_SIZE, roiAround } from '#protocol/roi.ts';

const FORMAT = 'tweezertrack-beads';
const CSV_HEADER = 'bead,xPx,yPx,size';

interface Size {
  width: number;
  height: number;
}

/** A bead of a list; the name of the Z-LUT it had is null in lists that do not say. */
export interface ListedBead extends PlacedRoi {
  bead: number;
  zLut: string | null;
}

/** What a file holds, or by line what is wrong with it. */
export type ReadBeads = { beads: ListedBead[]; problems: [] } | { beads: null; problems: string[] };

/** JSON of beads: ids, ROIs, whether they follow, names of Z-LUTs, and the size of the frames they are in. */
export function formatBeadJson(beads: readonly LiveBead[], { width, height }: Size): string {
  const lines = beads.map(({ bead, left, top, size, follow = false, zLut }) =>
    JSON.stringify({ bead, left, top, size, follow, zLut }),
  );
  const frame = JSON.stringify({ width, height });
  return `{"format":"${FORMAT}","version":1,"frame":${frame},"beads":[\n${lines.join(',\n')}\n]}\n`;
}

/** CSV of beads, x and y of the middles of their ROIs, as the option `--rois` of the tracker reads it. */
export function formatBeadCsv(beads: readonly LiveBead[]): string {
  const lines = beads.map(
    ({ bead, left, top, size }) => `${bead},${left + size / 2},${top + size / 2},${size}\n`,
  );
  return `${CSV_HEADER}\n${lines.join('')}`;
}

/** Reads a list of either kind; nothing of a list with problems is taken. */
export function parseBeadFile(text: string, frame: Size): ReadBeads {
  const problems: string[] = [];
  const beads = text.trimStart().startsWith('{') ? readJson(text, problems) : readCsv(text, problems);
  const lineOf = new Map<number, string>();
  const usable: ListedBead[] = [];
  for (const { where, bead } of beads) {
    const before = lineOf.get(bead.bead);
    const problem = problemOf(bead, frame);
    if (problem) problems.push(`${where}: ${problem}`);
    else if (before) problems.push(`${where}: bead ${bead.bead} is already on ${before}`);
    else usable.push(bead);
    lineOf.set(bead.bead, where);
  }
  if (problems.length === 0 && usable.length === 0) problems.push('there is no bead in this file');
  if (usable.length > MOST_PLACED_BEADS) {
    problems.push(`expected at most ${MOST_PLACED_BEADS} beads, received ${usable.length}`);
  }
  return problems.length === 0 ? { beads: usable, problems: [] } : { beads: null, problems };
}

interface Entry {
  where: string;
  bead: ListedBead;
}

function readCsv(text: string, problems: string[]): Entry[] {
  const rows = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ where: `line ${index + 1}`, cells: line.split(',').map((cell) => cell.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== '') && !cells[0]!.startsWith('#'));
  const [header, ...lines] = rows;
  const names = header?.cells ?? [];
  const missing = CSV_HEADER.split(',').filter((name) => !names.includes(name));
  if (missing.length > 0) {
    problems.push(
      `${header?.where ?? 'line 1'}: expected the columns ${CSV_HEADER}, ${missing.join(' and ')} missing`,
    );
    return [];
  }
  return lines.flatMap(({ where, cells }) => {
    const number = (name: string) => {
      const cell = cells[names.indexOf(name)];
      const value = cell ? Number(cell) : Number.NaN;
      if (!Number.isFinite(value))
        problems.push(`${where}: expected a number for ${name}, received '${cell ?? ''}'`);
      return value;
    };
    const [bead, xPx, yPx, size] = [number('bead'), number('xPx'), number('yPx'), number('size')];
    if (![bead, xPx, yPx, size].every(Number.isFinite)) return [];
    return [{ where, bead: { ...roiAround(bead, xPx, yPx, size), bead, zLut: null } }];
  });
}

function readJson(text: string, problems: string[]): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    problems.push(cause instanceof Error ? cause.message : String(cause));
    return [];
  }
  const { format, version, beads } = value as Record<string, unknown>;
  if (format !== FORMAT || version !== 1 || !Array.isArray(beads)) {
    problems.push(
      `expected a list of beads ("format": "${FORMAT}", "version": 1), received another JSON file`,
    );
    return [];
  }
  return beads.flatMap((entry: unknown, index) => {
    const where = `entry ${index + 1}`;
    const { bead, left, top, size, follow, zLut } = (entry ?? {}) as Record<string, unknown>;
    const bad = Object.entries({ bead, left, top, size }).find(([, one]) => typeof one !== 'number');
    if (bad) {
      problems.push(
        `${where}: expected a number for ${bad[0]}, received ${JSON.stringify(bad[1]) ?? 'none'}`,
      );
      return [];
    }
    const roi = { bead, left, top, size } as { bead: number; left: number; top: number; size: number };
    const listed: ListedBead = {
      ...roi,
      ...(typeof follow === 'boolean' ? { follow } : {}),
      zLut: typeof zLut === 'string' ? zLut : null,
    };
    return [{ where, bead: listed }];
  });
}

function problemOf({ bead, left, top, size }: ListedBead, { width, height }: Size): string | null {
  if (!Number.isInteger(bead) || bead < 0 || bead > MAX_BEAD_ID) {
    return `expected a whole number from 0 for bead, received ${bead}`;
  }
  if (!Number.isInteger(size) || size < MIN_ROI_SIZE || size > MAX_ROI_SIZE) {
    return `expected a size of ${MIN_ROI_SIZE} to ${MAX_ROI_SIZE} whole px, received ${size}`;
  }
  if (![left, top].every(Number.isInteger)) return `expected whole px, received left ${left}, top ${top}`;
  if (left >= 0 && top >= 0 && left + size <= width && top + size <= height) return null;
  return `bead ${bead} lies outside the ${width} x ${height} frame (left ${left}, top ${top}, size ${size}); is the list of another camera?`;
}
