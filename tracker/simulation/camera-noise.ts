import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import { createRandom, type Random } from './random.ts';

/** How light becomes counts. */
export interface SensorParams {
  /** Photons detected in a pixel of the background during one exposure. */
  photonsPerPixel: number;
  /** Standard deviation of the read noise, electrons; one electron a detected photon. */
  readNoise: number;
  /** Counts an electron. */
  gain: number;
  /** Counts without light. */
  offset: number;
  /** Largest count. */
  saturation: number;
}

/** Integer pixels a sensor delivers. */
export type SensorPixels = Uint8Array | Uint16Array;

/**
 * Exposes one frame.
 * @param light [row, column] relative to the background
 * @param pixels [row, column] counts, rounded and clipped from 0 to the largest count
 */
export type Expose = (light: Float32Array | Float64Array, width: number, pixels: SensorPixels) => void;

/** Share of the largest count that the background is exposed to when no gain is given. */
const BACKGROUND_SHARE = 0.4;

/** A sensor of this pixel format whose background lies at 0.4 of the largest count. */
export function sensorFor(
  pixelFormat: Exclude<PixelFormat, 'float32'>,
  { photonsPerPixel, readNoise }: Pick<SensorParams, 'photonsPerPixel' | 'readNoise'>,
): SensorParams {
  const { saturation } = PIXEL_FORMATS[pixelFormat];
  const gain = (BACKGROUND_SHARE * saturation) / photonsPerPixel;
  return { photonsPerPixel, readNoise, gain, offset: 0, saturation };
}

/** Exact noise: Poisson electrons, normal read noise; a fifth of a microsecond a pixel. */
export function createSensor(params: SensorParams, random: Random): Expose {
  const { photonsPerPixel, readNoise, gain, offset, saturation } = params;
  return (light, _width, pixels) => {
    for (let pixel = 0; pixel < pixels.length; pixel++) {
      const electrons = random.poisson(photonsPerPixel * light[pixel]!) + readNoise * random.normal();
      pixels[pixel] = Math.min(saturation, Math.max(0, Math.round(offset + gain * electrons)));
    }
  };
}

/** Normals drawn once; long enough that a frame's rows rarely share a stretch of them. */
const POOL = 2 ** 17;

/**
 * Noise for live cameras, a few nanoseconds a pixel.
 *
 * Approximates: photons are normal with the Poisson variance instead of Poisson, so the skewness
 * 1 / sqrt(photons) is lost; and every row reads a stretch, begun at a random place, of one pool of 131072
 * normals, so the noise of a pixel is independent from frame to frame but two rows can, rarely, share a stretch.
 * Mean and standard deviation of every pixel are exact, short of clipping.
 */
export function createFastSensor(params: SensorParams, seed: number): Expose {
  const { photonsPerPixel, readNoise, gain, offset, saturation } = params;
  const random = createRandom(seed);
  const pool = standardNormals(random);
  const slope = gain * photonsPerPixel;
  const spread = gain * Math.sqrt(photonsPerPixel);
  const floor = (readNoise * readNoise) / photonsPerPixel;
  // Half a count, because the conversion below cuts.
  const base = offset + 0.5;
  return (light, width, pixels) => {
    for (let line = 0; line < pixels.length; line += width) {
      let next = Math.floor(random.uniform() * (POOL - width));
      const end = line + width;
      for (let pixel = line; pixel < end; pixel++) {
        const mean = light[pixel]!;
        const count = base + slope * mean + spread * Math.sqrt(mean + floor) * pool[next++]!;
        pixels[pixel] = count >= saturation ? saturation : count > 0 ? count | 0 : 0;
      }
    }
  };
}

/** A pool of normals with exactly mean 0 and standard deviation 1, since every pixel draws from the same. */
function standardNormals(random: Random): Float32Array {
  const pool = new Float64Array(POOL);
  let sum = 0;
  for (let index = 0; index < POOL; index++) sum += pool[index] = random.normal();
  const mean = sum / POOL;
  let squares = 0;
  for (const value of pool) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / POOL);
  const normals = new Float32Array(POOL);
  for (let index = 0; index < POOL; index++) normals[index] = (pool[index]! - mean) / deviation;
  return normals;
}
