import { traceColumns } from '#protocol/trace-columns.ts';
import type { TraceLook } from './trace-view.ts';

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

/** The plots within an element, one below the other on the color of the page, with their titles. */
export function plotsAsPicture(element: HTMLElement): HTMLCanvasElement {
  const outer = element.getBoundingClientRect();
  const picture = document.createElement('canvas');
  picture.width = Math.round(outer.width * devicePixelRatio);
  picture.height = Math.round(outer.height * devicePixelRatio);
  const context = picture.getContext('2d')!;
  context.scale(devicePixelRatio, devicePixelRatio);
  const style = getComputedStyle(element);
  context.fillStyle = style.getPropertyValue('--panel').trim();
  context.fillRect(0, 0, outer.width, outer.height);
  for (const canvas of element.querySelectorAll('canvas')) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    if (width > 0) context.drawImage(canvas, left - outer.left, top - outer.top, width, height);
  }
  context.textBaseline = 'middle';
  for (const label of element.querySelectorAll<HTMLElement>('[data-in-picture]')) {
    const { left, top, height } = label.getBoundingClientRect();
    const { color, font } = getComputedStyle(label);
    context.fillStyle = color;
    context.font = font;
    context.fillText(label.innerText.replace(/\s+/g, ' '), left - outer.left, top - outer.top + height / 2);
  }
  return picture;
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
