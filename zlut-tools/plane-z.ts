import { readFile } from 'node:fs/promises';
import { ConfigError } from '#protocol/errors.ts';

/**
 * Reads the plane z of a focal sweep: a CSV with the header `zNm` and one height per frame in order, or
 * `frame,zNm` for chosen frames (0 is the first).
 * @returns plane z in nm by frame; frames that are not in it are not part of the sweep
 * @throws {ConfigError} naming the line
 */
export async function readPlaneZ(csvPath: string): Promise<Map<number, number>> {
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
export function parsePlaneZ(text: string, name: string): Map<number, number> {
  const [header = '', ...lines] = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const columns = header.split(',').map((column) => column.trim());
  const zColumn = columns.indexOf('zNm');
  const frameColumn = columns.indexOf('frame');
  if (zColumn < 0 || columns.length !== (frameColumn < 0 ? 1 : 2)) {
    throw new ConfigError({
      where: `${name} line 1`,
      expected: "the header 'zNm' or 'frame,zNm'",
      received: `'${header.slice(0, 80)}'`,
    });
  }
  const planeZNm = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const where = `${name} line ${index + 2}`;
    const cells = line.split(',').map((cell) => cell.trim());
    const zNm = Number(cells[zColumn] || Number.NaN);
    const frame = frameColumn < 0 ? index : Number(cells[frameColumn] || Number.NaN);
    if (cells.length !== columns.length || !Number.isFinite(zNm) || !Number.isInteger(frame) || frame < 0) {
      throw new ConfigError({
        where,
        expected: `numbers ${columns.join(',')}`,
        received: `'${line.slice(0, 80)}'`,
      });
    }
    if (planeZNm.has(frame)) {
      throw new ConfigError({ where, expected: 'each frame once', received: `frame ${frame} again` });
    }
    planeZNm.set(frame, zNm);
  }
  if (planeZNm.size === 0) {
    throw new ConfigError({
      where: name,
      expected: 'one plane z a frame below the header',
      received: 'none',
    });
  }
  return planeZNm;
}
