import { readFile } from 'node:fs/promises';
import { RecordingError } from '#protocol/errors.ts';

/** Where and when a frame of a sweep was taken. */
export interface PlaneOfFrame {
  planeZNm: number;
  /** Which way through the planes, from 0. */
  pass: number;
  /** Since the first frame. */
  timeS: number;
}

/** Header of the table of planes, and what each line says. */
export const PLANES_HEADER = 'frame,zNm,pass,timeS';

/** A line of the table, for a frame. */
export function planeLine(frame: number, { planeZNm, pass, timeS }: PlaneOfFrame): string {
  return `${frame},${planeZNm.toFixed(3)},${pass},${timeS.toFixed(6)}\n`;
}

/**
 * Reads the table of planes of a sweep, [frame].
 * @throws {RecordingError} naming the line that does not belong there
 */
export async function readSweepPlanes(path: string): Promise<PlaneOfFrame[]> {
  const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  if (header !== PLANES_HEADER) throw broken(`${path} line 1`, PLANES_HEADER, header ?? '');
  return lines.map((line, index) => {
    const [frame, planeZNm, pass, timeS] = line.split(',').map(Number);
    if (frame === index && [planeZNm, pass, timeS].every(Number.isFinite)) {
      return { planeZNm: planeZNm!, pass: pass!, timeS: timeS! };
    }
    throw broken(`${path} line ${index + 2}`, `frame ${index} and its zNm, pass and timeS`, line);
  });
}

function broken(where: string, expected: string, received: string): RecordingError {
  return new RecordingError({ where, expected, received: `'${received.slice(0, 80)}'` });
}
