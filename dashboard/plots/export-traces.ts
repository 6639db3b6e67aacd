import { traceColumns } from '#protocol/trace-columns.ts';
import type { TraceLook } from '../store/trace-view.ts';
import { beadColorVariable } from './plot-definitions.ts';
import { cssColor } from './plot-frame.ts';

const ROWS_A_PART = 8192;

/**
 * CSV of every point shown, a bead after the other: the columns of a recording's CSV, and those of the fit where there is
 * one. Times are s since the first frame of the run; x, y and z are less the mean of the references where these are shown.
 * @param references ids of the beads that were subtracted
 */
export function tracesAsCsv({ beads, isRelative }: TraceLook, references: readonly number[]): string[] {
  const fits = beads.some(({ atFullRate }) => atFullRate.chiSquared !== undefined);
  const names = traceColumns(fits);
  const relativeTo = isRelative ? `,${references.join('+')}` : '';
  const parts = [`timeS,bead,${names.join(',')}${isRelative ? ',relativeTo' : ''}\n`];
  for (const { bead, atFullRate } of beads) {
    const { timeS } = atFullRate;
    const columns = names.map((name) => atFullRate[name]);
    let part = '';
    for (let point = 0; point < timeS.length; point++) {
      part += `${timeS[point]},${bead}`;
      for (const column of columns) part += `,${column?.[point] ?? Number.NaN}`;
      part += `${relativeTo}\n`;
      if (point % ROWS_A_PART === ROWS_A_PART - 1) {
        parts.push(part);
        part = '';
      }
    }
    parts.push(part);
  }
  return parts;
}

/** Words of a picture's first line. */
export interface PictureWord {
  text: string;
  color: string;
}

const MARGIN = 12;
const LEGEND_HEIGHT = 26;

/** The plots within an element, one below the other on the color of the page, with their titles and a line above them. */
export function plotsAsPicture(element: HTMLElement, legend: readonly PictureWord[]): HTMLCanvasElement {
  const outer = element.getBoundingClientRect();
  const [width, height] = [outer.width + 2 * MARGIN, outer.height + LEGEND_HEIGHT + MARGIN];
  const picture = document.createElement('canvas');
  picture.width = Math.round(width * devicePixelRatio);
  picture.height = Math.round(height * devicePixelRatio);
  const context = picture.getContext('2d')!;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.fillStyle = cssColor(element, '--panel');
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'middle';
  context.font = '600 13px system-ui, sans-serif';
  let left = MARGIN;
  for (const { text, color } of legend) {
    context.fillStyle = color;
    context.fillText(text, left, LEGEND_HEIGHT / 2);
    left += context.measureText(text).width + MARGIN;
  }
  context.translate(MARGIN - outer.left, LEGEND_HEIGHT - outer.top);
  for (const canvas of element.querySelectorAll('canvas')) {
    const place = canvas.getBoundingClientRect();
    if (place.width > 0) context.drawImage(canvas, place.left, place.top, place.width, place.height);
  }
  for (const label of element.querySelectorAll<HTMLElement>('[data-in-picture]')) {
    const place = label.getBoundingClientRect();
    const { color, font } = getComputedStyle(label);
    context.fillStyle = color;
    context.font = font;
    context.fillText(label.innerText.replace(/\s+/g, ' '), place.left, place.top + place.height / 2);
  }
  return picture;
}

/** The selected beads in their colors, and what they are less of. */
export function pictureLegend(
  element: HTMLElement,
  look: TraceLook,
  references: readonly number[],
): PictureWord[] {
  const { beads, isRelative } = look;
  const words = beads.map(({ bead }, at) => ({
    text: `bead ${bead}`,
    color: cssColor(element, beads.length === 1 ? '--text' : beadColorVariable(at)),
  }));
  const less = { text: `less the mean of ${references.join(', ')}`, color: cssColor(element, '--muted') };
  return isRelative ? [...words, less] : words;
}

/** Has the browser save a file. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has taken the content by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href));
}

/** Names of exported files: `traces-beads-3-5` and an ending. */
export function exportName(look: TraceLook, kind: string): string {
  const ids = look.beads.map(({ bead }) => bead).join('-');
  return `${kind}-beads-${ids || 'none'}`;
}
