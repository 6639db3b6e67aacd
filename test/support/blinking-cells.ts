import type { CameraAdapter, CameraFrame } from '#camera-adapters/define.ts';
import { cellMapOf } from '#protocol/cell-map.ts';

/** Frames of a bead on the left and three cells on the right; not square, so that swapped axes show. */
export const BLINKING_SHAPE = { width: 160, height: 96, pixelFormat: 'mono8' } as const;
export const BLINKING_FPS = 100;
const BEAD = { xPx: 33.3, yPx: 44.6 };
/** ROI around the bead. */
export const BLINKING_ROI = { bead: 0, left: 10, top: 20, size: 48 };

/** Frames after which all repeats. */
export const BLINKING_PERIOD = 400;

/** Cells, and the frames of a period in which they light up. */
export const BLINKING_CELLS = [
  { x: 90, y: 20, radius: 6, risesAt: [150, 320] },
  { x: 130, y: 30, radius: 5, risesAt: [210] },
  { x: 110, y: 70, radius: 7, risesAt: [260] },
] as const;
const BACKGROUND = 60;
const BASELINE = 40;
const RISE = 80;
/** Frames in which a rise falls to 1/e. */
const DECAY = 40;

const inCell = (cell: (typeof BLINKING_CELLS)[number], x: number, y: number) =>
  Math.hypot(x - cell.x, y - cell.y) <= cell.radius;

/** [row, column] numbers of the cells, from 1 in the order of the list. */
export function blinkingLabels(): Uint16Array {
  return Uint16Array.from({ length: BLINKING_SHAPE.width * BLINKING_SHAPE.height }, (_, pixel) => {
    const [x, y] = [pixel % BLINKING_SHAPE.width, Math.floor(pixel / BLINKING_SHAPE.width)];
    return 1 + BLINKING_CELLS.findIndex((cell) => inCell(cell, x, y));
  });
}

export const blinkingMap = () => cellMapOf(blinkingLabels(), BLINKING_SHAPE.width, BLINKING_SHAPE.height);

/** Light of a cell above the background, counts; before it is rounded. */
export function lightOf(cell: (typeof BLINKING_CELLS)[number], frame: number): number {
  const at = frame % BLINKING_PERIOD;
  const risen = cell.risesAt
    .filter((rise) => at >= rise)
    .reduce((sum, rise) => sum + RISE * Math.exp(-(at - rise) / DECAY), 0);
  return BASELINE + risen;
}

const LABELS = blinkingLabels();

/** [row, column] what does not change: background and the rings of the bead, counts. */
const STILL = Float64Array.from(LABELS, (_, pixel) => {
  const { width } = BLINKING_SHAPE;
  const radius = Math.hypot((pixel % width) - BEAD.xPx, Math.floor(pixel / width) - BEAD.yPx);
  return BACKGROUND + 50 * Math.cos(radius) * Math.exp(-radius / 6);
});

/** 0 to 4, by pixel and frame: noise that is the same in every run. */
function noiseOf(pixel: number, frame: number): number {
  let mixed = Math.imul(pixel ^ Math.imul(frame + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed >>> 16) % 5;
}

/** Pixels of a frame: the rings of the bead, and cells of even light, with a little noise. */
export function blinkingPixels(frame: number): Uint8Array {
  const light = BLINKING_CELLS.map((cell) => lightOf(cell, frame));
  const pixels = new Uint8Array(LABELS.length);
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    const cell = LABELS[pixel]!;
    pixels[pixel] = STILL[pixel]! + (cell > 0 ? light[cell - 1]! : 0) + noiseOf(pixel, frame);
  }
  return pixels;
}

/** A camera that films those frames, as fast as it is let. */
export function blinkingCamera(ids: Iterable<number> | AsyncIterable<number>): CameraAdapter {
  return {
    // Without a rate it waits for credit, and loses no frame.
    open: async () => ({ camera: 'blinking', ...BLINKING_SHAPE, fps: 0, pixelSizeNm: 100 }),
    async *frames(): AsyncGenerator<CameraFrame> {
      for await (const id of ids) {
        yield { id, timeNs: BigInt(id) * 10_000_000n, pixels: blinkingPixels(id) };
      }
    },
    close: async () => {},
  };
}
