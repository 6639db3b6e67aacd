import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import { createFastSensor, type SensorParams, type SensorPixels } from './camera-noise.ts';
import { createFastRenderer, type FastRendererParams } from './fast-renderer.ts';
import { createRandom } from './random.ts';

/** A calibration run: one bead, stepped through known heights. */
export interface FocalSweepParams {
  optics: FastRendererParams['optics'];
  /** Heights, nm from the middle of the bead to the plane in focus. */
  planeZNm: ArrayLike<number>;
  /** Default 16. */
  framesPerPlane?: number;
  /** Side of the frames; default 64. */
  size?: number;
  /** Default 100. */
  pixelSizeNm?: number;
  pixelFormat: Exclude<PixelFormat, 'float32'>;
  sensor: SensorParams;
  /** Largest distance of the bead from the middle of the frame along x and y. Default 0.5. */
  jitterPx?: number;
  seed: number;
}

export interface FocalSweep {
  size: number;
  planeZNm: Float64Array;
  framesPerPlane: number;
  /** [plane, frame, row, column] counts. */
  frames: SensorPixels;
  /** True center, [plane, frame, (xPx, yPx)]. */
  truth: Float64Array;
}

/**
 * Frames of one bead at known heights, each at a random place within a pixel: what a Z-LUT is built from.
 * Optics, pixels and noise are those of the simulated camera, without its Brownian motion.
 */
export function simulateFocalSweep(params: FocalSweepParams): FocalSweep {
  const { optics, pixelFormat, sensor, seed } = params;
  const { framesPerPlane = 16, size = 64, pixelSizeNm = 100, jitterPx = 0.5 } = params;
  const planeZNm = Float64Array.from(params.planeZNm);
  const middle = (size - 1) / 2;
  const renderer = createFastRenderer({
    optics,
    pixelSizeNm,
    zRangeNm: [Math.min(...planeZNm), Math.max(...planeZNm)],
    supportPx: Math.ceil(Math.SQRT2 * (size / 2 + jitterPx)),
    taperPx: 0,
  });
  const random = createRandom(seed);
  const expose = createFastSensor(sensor, random.uint32());

  const count = planeZNm.length * framesPerPlane;
  const pixels = size * size;
  const Counts = PIXEL_FORMATS[pixelFormat].bytesPerPixel === 1 ? Uint8Array : Uint16Array;
  const frames = new Counts(count * pixels);
  const truth = new Float64Array(2 * count);
  const light = new Float32Array(pixels);
  for (let frame = 0; frame < count; frame++) {
    const xPx = middle + jitterPx * (2 * random.uniform() - 1);
    const yPx = middle + jitterPx * (2 * random.uniform() - 1);
    truth.set([xPx, yPx], 2 * frame);
    light.fill(1);
    renderer.add(light, size, size, xPx, yPx, planeZNm[Math.floor(frame / framesPerPlane)]!);
    expose(light, size, frames.subarray(frame * pixels, (frame + 1) * pixels));
  }
  return { size, planeZNm, framesPerPlane, frames, truth };
}
