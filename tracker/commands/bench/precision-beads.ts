import { type BeadBound, createBeadBound } from '#simulation/cramer-rao.ts';
import { createRadialOptics, type RadialOptics, renderBead } from '#simulation/radial-optics.ts';
import { createRandom, type Random } from '#simulation/random.ts';
import type { SweepFrame } from '#zlut-tools/build.ts';

export const PRECISION_PIXEL_NM = 100;
/** Electrons rms. */
const READ_NOISE = 3;
/** Farthest place from the middle of the ROI, along x and y. */
const REACH_PX = 1;
const Z_REACH_NM = 25;

/** Where a bead is in its ROI. */
export interface BeadPlace {
  xPx: number;
  yPx: number;
  zNm: number;
}

/** A kind of bead in ROIs of one size, and the seed of all that is random about it. */
export interface PrecisionBeadParams {
  radiusNm: number;
  /** px of the ROI. */
  roi: number;
  seed: number;
  /** Lowest and highest plane of the sweep. */
  sweepZNm: readonly [number, number];
}

/** Beads without noise, and where they are. */
interface BeadImages {
  places: BeadPlace[];
  /** [frame][row, column] relative to the background. */
  light: Float64Array[];
}

/** Simulated frames of one kind of bead; the same whatever else is measured in the same run. */
export interface PrecisionBead {
  /** Beads about one height, anywhere within a pixel of the middle. */
  images(zNm: number, frames: number): BeadImages;
  /** What a camera counts of them. */
  expose(images: BeadImages, zNm: number, photons: number): ArrayBuffer[];
  /** A focal sweep with the noise of so many photons, the bead at unknown places near the middle. */
  sweep(photons: number, framesPerPlane: number, stepNm: number): SweepFrame[];
  /** Smallest standard deviations at one height, with gain and offset free. */
  bound(zNm: number): (photons: number) => BeadBound['free'];
}

/**
 * A transparent sphere by radially exact optics, 100 nm px. Frames are float32 and count electrons: photons with
 * Poisson noise and 3 electrons rms of read noise, without rounding or saturation.
 *
 * @throws {ConfigError} if an image reaches beyond its optics
 */
export function createPrecisionBead(params: PrecisionBeadParams): PrecisionBead {
  const { radiusNm, roi, seed, sweepZNm } = params;
  const middle = (roi - 1) / 2;
  const optics = createRadialOptics({
    radiusNm,
    rMaxNm: Math.SQRT2 * (middle + REACH_PX + 1) * PRECISION_PIXEL_NM + 50,
    zMaxNm: Math.max(...sweepZNm.map(Math.abs)) + Z_REACH_NM,
  });
  const randomOf = (...what: number[]) => createRandom(seedOf([seed, radiusNm, roi, ...what]));
  const anywhere = (random: Random) => middle + REACH_PX * (2 * random.uniform() - 1);

  return {
    images(zNm, frames) {
      const random = randomOf(zNm, frames);
      const places = Array.from({ length: frames }, () => ({
        xPx: anywhere(random),
        yPx: anywhere(random),
        zNm: zNm + Z_REACH_NM * (2 * random.uniform() - 1),
      }));
      return { places, light: places.map((place) => draw(optics, roi, place)) };
    },

    expose({ light }, zNm, photons) {
      const random = randomOf(zNm, light.length, photons);
      return light.map((image) => count(image, photons, random));
    },

    sweep(photons, framesPerPlane, stepNm) {
      const random = randomOf(photons, framesPerPlane, stepNm);
      const [lowest, highest] = sweepZNm;
      const frames: SweepFrame[] = [];
      for (let planeZNm = lowest; planeZNm <= highest; planeZNm += stepNm) {
        const profile = optics.profile(planeZNm);
        for (let frame = 0; frame < framesPerPlane; frame++) {
          const place = { xPx: anywhere(random), yPx: anywhere(random), zNm: planeZNm };
          const counts = count(draw(optics, roi, place, profile), photons, random);
          frames.push({ planeZNm, pixels: new Uint8Array(counts) });
        }
      }
      return frames;
    },

    bound(zNm) {
      const bound = createBeadBound({
        optics: { radiusNm },
        size: roi,
        pixelSizeNm: PRECISION_PIXEL_NM,
        zNm,
        spreadPx: REACH_PX,
        zSpreadNm: Z_REACH_NM,
      });
      return (photons) => bound({ photons, readNoise: READ_NOISE }).free;
    },
  };
}

function draw(optics: RadialOptics, size: number, place: BeadPlace, profile?: Float64Array): Float64Array {
  return renderBead(optics, { ...place, size, pixelSizeNm: PRECISION_PIXEL_NM }, profile);
}

function count(light: Float64Array, photons: number, random: Random): ArrayBuffer {
  return Float32Array.from(light, (value) => random.poisson(photons * value) + READ_NOISE * random.normal())
    .buffer;
}

/** One seed of many numbers, so that a point does not depend on what was measured before it. */
function seedOf(numbers: readonly number[]): number {
  return numbers.reduce((seed, number) => createRandom((seed ^ Math.round(number)) >>> 0).uint32(), 0);
}
