import type { ProjectionMessage } from '#protocol/calcium-live.ts';
import type { CellMap } from '#protocol/cell-map.ts';
import type { Roi } from '#protocol/roi.ts';
import type { Place } from './draft.ts';
import { type CellOutline, cellColor, outlinesOf } from './outlines.ts';
import { type ProjectionLook, tinted } from './projection-picture.ts';

/** What is on the picture. */
export interface CellScene {
  /** CSS px a px of the frame. */
  scale: number;
  projection: ProjectionMessage | null;
  look: ProjectionLook;
  /** Of beads. */
  rois: readonly Roi[];
  map: CellMap;
  /** Cells that were found and not taken yet. */
  found: CellMap | null;
  chosen: number | null;
  /** Of the pointer, px; null while it is elsewhere. */
  place: Place | null;
  /** px of the brush; 0 without one. */
  radius: number;
}

/** CSS px a cell must be wide to have a number, and to have it on itself rather than at its side. */
const LEAST_WIDTH = 7;
const ROOMY_WIDTH = 26;

/** Paints the projection and the cells on a canvas, which it gives its size. */
export function createCellPainter(canvas: HTMLCanvasElement) {
  const picture = document.createElement('canvas');
  let pictured: Partial<CellScene> = {};
  let scale = 1;

  function show(projection: ProjectionMessage, look: ProjectionLook, rois: readonly Roi[]): void {
    if (pictured.projection === projection && pictured.look === look && pictured.rois === rois) return;
    pictured = { projection, look, rois };
    picture.width = projection.width;
    picture.height = projection.height;
    const image = new ImageData(projection.width, projection.height);
    new Uint32Array(image.data.buffer).set(tinted(projection, look, rois));
    picture.getContext('2d')?.putImageData(image, 0, 0);
  }

  return {
    paint(scene: CellScene): void {
      scale = scene.scale;
      const { width, height } = scene.map;
      canvas.style.width = `${width * scale}px`;
      canvas.style.height = `${height * scale}px`;
      const [pxWidth, pxHeight] = [width, height].map((px) => Math.round(px * scale * devicePixelRatio));
      if (canvas.width !== pxWidth) canvas.width = pxWidth!;
      if (canvas.height !== pxHeight) canvas.height = pxHeight!;
      const context = canvas.getContext('2d', { alpha: false });
      if (!context) return;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = '#000';
      context.fillRect(0, 0, pxWidth!, pxHeight!);
      if (scene.projection) {
        show(scene.projection, scene.look, scene.rois);
        context.imageSmoothingEnabled = scale * devicePixelRatio < 1;
        context.drawImage(picture, 0, 0, pxWidth!, pxHeight!);
      }
      context.scale(devicePixelRatio, devicePixelRatio);
      paintCells(context, outlinesOf(scene.map), scene);
      if (scene.found) paintFound(context, outlinesOf(scene.found), scale);
      if (scene.place && scene.radius > 0) paintBrush(context, scene.place, scene.radius, scale);
    },
    /** Position in px of a place on the canvas, CSS px. */
    placeAt: (left: number, top: number): Place => ({ x: left / scale - 0.5, y: top / scale - 0.5 }),
  };
}

export type CellPainter = ReturnType<typeof createCellPainter>;

function trace(context: CanvasRenderingContext2D, { edges }: CellOutline, scale: number): void {
  context.beginPath();
  for (let at = 0; at < edges.length; at += 4) {
    context.moveTo(edges[at]! * scale, edges[at + 1]! * scale);
    context.lineTo(edges[at + 2]! * scale, edges[at + 3]! * scale);
  }
  context.stroke();
}

function paintCells(
  context: CanvasRenderingContext2D,
  outlines: readonly CellOutline[],
  { scale, chosen }: CellScene,
): void {
  context.lineCap = 'square';
  for (const outline of outlines) {
    const isChosen = outline.cell === chosen;
    context.strokeStyle = isChosen ? '#fff' : cellColor(outline.cell);
    context.lineWidth = isChosen ? 2 : 1.5;
    trace(context, outline, scale);
  }
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = 3;
  context.lineJoin = 'round';
  context.strokeStyle = 'rgb(0 0 0 / 0.75)';
  for (const { cell, x, y, pixels } of outlines) {
    const width = Math.sqrt(pixels) * scale;
    if (width < LEAST_WIDTH) continue;
    const aside = width < ROOMY_WIDTH ? 0.4 * width + 5 : 0;
    const [left, top] = [x * scale + aside, y * scale - aside];
    context.font = `${cell === chosen ? 700 : 600} 11px system-ui, sans-serif`;
    context.fillStyle = '#fff';
    context.strokeText(`${cell}`, left, top);
    context.fillText(`${cell}`, left, top);
  }
}

function paintFound(
  context: CanvasRenderingContext2D,
  outlines: readonly CellOutline[],
  scale: number,
): void {
  context.strokeStyle = '#ffd84a';
  context.lineWidth = 2;
  context.setLineDash([3, 3]);
  for (const outline of outlines) trace(context, outline, scale);
  context.setLineDash([]);
}

function paintBrush(context: CanvasRenderingContext2D, { x, y }: Place, radius: number, scale: number): void {
  context.beginPath();
  context.arc((x + 0.5) * scale, (y + 0.5) * scale, (radius + 0.5) * scale, 0, 2 * Math.PI);
  context.strokeStyle = '#fff';
  context.lineWidth = 1;
  context.stroke();
}
