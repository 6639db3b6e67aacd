import { effect } from '@preact/signals';
import { cssColor } from '../../plots/plot-frame.ts';
import type { LiveStore } from '../../store/live-store.ts';
import type { TileAtlas } from './tile-atlas.ts';
import type { ZSparks } from './z-sparks.ts';

/** CSS px of a tile; the numbers stand to the right of its picture, the sparkline below both. */
export const TILE_WIDTH = 148;
export const TILE_HEIGHT = 94;
const PICTURE = { left: 6, top: 6, side: 60 };
const SPARK = { left: 6, top: 70, width: TILE_WIDTH - 14, height: 18 };
const SPARK_EVERY_MS = 500;
/** The noise of a resting bead is not blown up without end. */
const LEAST_SPAN_NM = 20;

/** Draws pictures and sparklines of the tiles that are seen. */
export function paintTiles(
  canvas: HTMLCanvasElement,
  scroller: HTMLElement,
  ids: readonly number[],
  { atlas, sparks }: { atlas: TileAtlas; sparks: ZSparks },
): void {
  const { clientWidth: width, clientHeight: height, scrollTop } = scroller;
  const [fullWidth, fullHeight] = [
    Math.round(width * devicePixelRatio),
    Math.round(height * devicePixelRatio),
  ];
  if (canvas.width !== fullWidth || canvas.height !== fullHeight) {
    canvas.width = fullWidth;
    canvas.height = fullHeight;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.clearRect(0, 0, width, height);
  const columns = Math.max(1, Math.floor(width / TILE_WIDTH));
  const first = Math.floor(scrollTop / TILE_HEIGHT) * columns;
  const end = Math.min(ids.length, Math.ceil((scrollTop + height) / TILE_HEIGHT) * columns);
  const [line, stage] = [cssColor(canvas, '--trace-z'), cssColor(canvas, '--stage')];
  context.lineWidth = 1;
  for (let index = first; index < end; index++) {
    const left = (index % columns) * TILE_WIDTH;
    const top = Math.floor(index / columns) * TILE_HEIGHT - scrollTop;
    context.fillStyle = stage;
    context.fillRect(left + PICTURE.left, top + PICTURE.top, PICTURE.side, PICTURE.side);
    atlas.draw(context, ids[index]!, left + PICTURE.left, top + PICTURE.top, PICTURE.side);
    context.strokeStyle = line;
    paintSpark(context, sparks.of(ids[index]!), left + SPARK.left, top + SPARK.top);
  }
}

function paintSpark(context: CanvasRenderingContext2D, zNm: Float64Array, left: number, top: number): void {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of zNm) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) return;
  const middle = (low + high) / 2;
  const scale = SPARK.height / Math.max(LEAST_SPAN_NM, high - low);
  context.beginPath();
  let isDown = false;
  for (let point = 0; point < zNm.length; point++) {
    const value = zNm[point]!;
    if (Number.isNaN(value)) {
      isDown = false;
      continue;
    }
    const x = left + (point / (zNm.length - 1)) * SPARK.width;
    const y = top + SPARK.height / 2 - (value - middle) * scale;
    if (isDown) context.lineTo(x, y);
    else context.moveTo(x, y);
    isDown = true;
  }
  context.stroke();
}

/** Adds the newest heights to the sparklines twice a second; returns what ends that. */
export function keepSparks(store: LiveStore, sparks: ZSparks, onAdded: () => void): () => void {
  let addedAtMs = Number.NEGATIVE_INFINITY;
  return effect(() => {
    const newest = store.newest.value;
    const nowMs = performance.now();
    if (newest.size === 0 || nowMs - addedAtMs < SPARK_EVERY_MS) return;
    addedAtMs = nowMs;
    sparks.add(newest);
    onAdded();
  });
}
