import { readFileSync } from 'node:fs';
import { RoiError } from '#protocol/errors.ts';
import { assertRoiInFrame, type Roi, roiAround } from '#protocol/roi.ts';

interface Frame {
  width: number;
  height: number;
}

const HEADER = 'bead,left,top,size';
const MAX_BEAD = 2 ** 32 - 1;

/**
 * ROIs of a CSV text with a header. Columns, in any order: `bead`; `left` and `top` of the ROI, or `xPx` and `yPx`
 * of the bead it lies around; optionally `size`, and `follow`, whether the ROI moves with its bead: yes or no, or empty. All in
 * px of the full frame. Other columns, empty lines and lines that begin with # are ignored.
 * @param name of the file, for messages
 * @param defaultSize px, where there is no column `size`
 * @throws {RoiError} naming the line: a missing column, something that is not a number, a bead listed twice,
 * an ROI outside the frame; or when no ROI is listed
 */
export function parseRoiCsv(text: string, name: string, frame: Frame, defaultSize: number): Roi[] {
  const rows = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ line: index + 1, cells: cellsOf(line) }))
    .filter(({ cells }) => cells.some((cell) => cell !== '') && !cells[0]!.startsWith('#'));
  const [header, ...lines] = rows;
  const columns = columnsOf(header?.cells ?? [], header ? `${name} line ${header.line}` : name);
  const lineOfBead = new Map<number, number>();
  const rois = lines.map(({ line, cells }) => {
    const where = `${name} line ${line}`;
    const roi = roiOf(cells, columns, where, defaultSize);
    const before = lineOfBead.get(roi.bead);
    if (before !== undefined) {
      throw new RoiError({
        where,
        expected: 'every bead once',
        received: `bead ${roi.bead} again, first on line ${before}`,
      });
    }
    lineOfBead.set(roi.bead, line);
    assertFits(roi, frame, where);
    return roi;
  });
  if (rois.length > 0) return rois;
  throw new RoiError({ where: name, expected: 'at least one ROI below the header', received: 'none' });
}

/**
 * ROIs of a CSV file; see `parseRoiCsv`.
 * @throws {RoiError} also when the file cannot be read
 */
export function readRoiFile(path: string, frame: Frame, defaultSize: number): Roi[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new RoiError({ where: path, expected: `a CSV file of ROIs (${HEADER})`, received }, cause);
  }
  return parseRoiCsv(text, path, frame, defaultSize);
}

/** CSV text that `parseRoiCsv` reads back as the same ROIs. */
export function formatRoiCsv(rois: readonly Roi[]): string {
  const says = rois.some(({ follow }) => follow !== undefined);
  const lines = rois.map(({ bead, left, top, size, follow }) => {
    const cells = [
      bead,
      left,
      top,
      size,
      ...(says ? [follow === undefined ? '' : follow ? 'yes' : 'no'] : []),
    ];
    return `${cells.join(',')}\n`;
  });
  return `${HEADER}${says ? ',follow' : ''}\n${lines.join('')}`;
}

interface Columns {
  bead: number;
  /** Column of x and y, and whether they are the corner or the middle of the ROI. */
  x: number;
  y: number;
  corner: boolean;
  /** -1 when there is none. */
  size: number;
  follow: number;
}

function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function columnsOf(names: readonly string[], where: string): Columns {
  const at = (name: string) => names.indexOf(name);
  const corner = at('left') >= 0 && at('top') >= 0;
  const columns = {
    bead: at('bead'),
    x: at(corner ? 'left' : 'xPx'),
    y: at(corner ? 'top' : 'yPx'),
    corner,
    size: at('size'),
    follow: at('follow'),
  };
  if (columns.bead >= 0 && columns.x >= 0 && columns.y >= 0) return columns;
  throw new RoiError({
    where,
    expected: `a header with ${HEADER} or bead,xPx,yPx and optionally size`,
    received: names.length > 0 ? names.join(',') : 'nothing',
  });
}

function roiOf(cells: readonly string[], columns: Columns, where: string, defaultSize: number): Roi {
  const number = (column: number, name: string) => {
    const cell = cells[column];
    const value = cell ? Number(cell) : Number.NaN;
    if (Number.isFinite(value)) return value;
    throw new RoiError({ where, expected: `a number for ${name}`, received: cell ? `'${cell}'` : 'nothing' });
  };
  const bead = number(columns.bead, 'bead');
  if (!Number.isInteger(bead) || bead < 0 || bead > MAX_BEAD) {
    throw new RoiError({ where, expected: 'a whole number from 0 for bead', received: `${bead}` });
  }
  const x = number(columns.x, columns.corner ? 'left' : 'xPx');
  const y = number(columns.y, columns.corner ? 'top' : 'yPx');
  const size = columns.size >= 0 ? number(columns.size, 'size') : defaultSize;
  const roi = columns.corner ? { bead, left: x, top: y, size } : roiAround(bead, x, y, size);
  const follow = columns.follow >= 0 ? yesOrNo(cells[columns.follow], where) : undefined;
  return follow === undefined ? roi : { ...roi, follow };
}

function yesOrNo(cell: string | undefined, where: string): boolean | undefined {
  if (!cell) return undefined;
  if (/^(yes|true|1)$/i.test(cell)) return true;
  if (/^(no|false|0)$/i.test(cell)) return false;
  throw new RoiError({ where, expected: 'yes or no for follow', received: `'${cell}'` });
}

function assertFits(roi: Roi, frame: Frame, where: string): void {
  try {
    assertRoiInFrame(roi, frame);
  } catch (cause) {
    if (!(cause instanceof RoiError)) throw cause;
    throw new RoiError(
      {
        where,
        expected: `an ROI of whole px, 8 to 512 wide, inside the ${frame.width} x ${frame.height} frame`,
        received: `bead ${roi.bead} at left ${roi.left}, top ${roi.top}, size ${roi.size}`,
        remedy: 'is the list of another camera?',
      },
      cause,
    );
  }
}
