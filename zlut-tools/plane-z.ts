import { readFile } from 'node:fs/promises';
import { ConfigError } from '#protocol/errors.ts';

/** What a list says of one frame of a focal sweep. */
export interface ListedPlane {
  zNm: number;
  /** Which way through the planes, from 0. */
  pass?: number;
  /** When it was taken. */
  timeS?: number;
}

const COLUMNS = ['zNm', 'frame', 'pass', 'timeS'] as const;

/**
 * Reads the plane z of a focal sweep: a CSV with the header `zNm` and one height per frame in order, or
 * `frame,zNm` for chosen frames (0 is the first). Columns `pass` (0 on the way there, 1 on the way back) and `timeS`
 * may follow.
 * @returns by frame; frames that are not in it are not part of the sweep
 * @throws {ConfigError} naming the line
 */
export async function readPlaneZ(csvPath: string): Promise<Map<number, ListedPlane>> {
  let text: string;
  try {
    text = await readFile(csvPath, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      { where: csvPath, expected: 'a readable CSV file', received: String(cause) },
      cause,
    );
  }
  return parsePlaneZ(text, csvPath);
}

/** As `readPlaneZ`, of the text of a file. */
export function parsePlaneZ(text: string, name: string): Map<number, ListedPlane> {
  const [header = '', ...lines] = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const columns = header.split(',').map((column) => column.trim());
  const known = columns.every((column) => COLUMNS.some((name) => name === column));
  if (!known || !columns.includes('zNm') || new Set(columns).size !== columns.length) {
    throw new ConfigError({
      where: `${name} line 1`,
      expected: "the header 'zNm' or 'frame,zNm', and perhaps pass and timeS",
      received: `'${header.slice(0, 80)}'`,
    });
  }
  const planes = new Map<number, ListedPlane>();
  for (const [index, line] of lines.entries()) {
    const where = `${name} line ${index + 2}`;
    const cells = line.split(',').map((cell) => Number(cell.trim() || Number.NaN));
    const cell = (column: (typeof COLUMNS)[number]) => cells[columns.indexOf(column)];
    const [zNm, frame = index, pass, timeS] = [cell('zNm')!, cell('frame'), cell('pass'), cell('timeS')];
    const counts = [frame, pass ?? 0].every((value) => Number.isInteger(value) && value >= 0);
    if (cells.length !== columns.length || !cells.every(Number.isFinite) || !counts) {
      throw new ConfigError({
        where,
        expected: `numbers ${columns.join(',')}`,
        received: `'${line.slice(0, 80)}'`,
      });
    }
    if (planes.has(frame)) {
      throw new ConfigError({ where, expected: 'each frame once', received: `frame ${frame} again` });
    }
    planes.set(frame, { zNm, ...(pass !== undefined && { pass }), ...(timeS !== undefined && { timeS }) });
  }
  if (planes.size === 0) {
    throw new ConfigError({
      where: name,
      expected: 'one plane z a frame below the header',
      received: 'none',
    });
  }
  return planes;
}
