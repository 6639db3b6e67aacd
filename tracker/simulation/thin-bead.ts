import { createFourier, forward2d, inverse2d, setProduct } from '#numerics/fourier.ts';
import type { ZLut } from '#protocol/z-lut.ts';

/** A bead and the microscope that looks at it, named as MagTrack's simulator does. */
export interface ThinBeadParams {
  /** Default 64. */
  sizePx?: number;
  /** Default 100. */
  nmPerPx?: number;
  /** Default 1500. */
  radiusNm?: number;
  /** Default 550. */
  wavelengthNm?: number;
  /** Default 1.59. */
  nSphere?: number;
  /** Default 1.33. */
  nMedium?: number;
  /** Loss of amplitude. Default 0. */
  absorptionPerNm?: number;
  /** Side of the periodic field in units of the image's. Default 2. */
  padFactor?: number;
  /** Count of the background, 0 to 1. Default 0.4. */
  backgroundLevel?: number;
  /** Default 1. */
  contrastScale?: number;
}

const NUMERICAL_APERTURE = 1.3;

/**
 * Images of beads as MagTrack 0.7.6 simulates them, for parity with it; use `createRadialOptics` where the
 * image itself must be right.
 *
 * A pixelated sphere as a thin phase mask, propagated on a periodic grid, blurred in amplitude instead of
 * intensity: rings wrap around, and the image deviates from a radial one by 2 to 7 % of the background rms.
 *
 * @param xyzNm [bead, (x, y, z)] nm from the middle of pixel [floor(size / 2), floor(size / 2)] and from focus
 * @returns [bead, row, column] 0 to 1, the mean of the top-left corner at `backgroundLevel`
 * Source: behavior of `simulate_beads`, MagTrack 0.7.6.
 */
export function simulateBeads(xyzNm: Float64Array, params: ThinBeadParams = {}): Float64Array {
  const { sizePx = 64, nmPerPx = 100, backgroundLevel = 0.4, contrastScale = 1 } = params;
  const beads = Math.floor(xyzNm.length / 3);
  const images = new Float64Array(beads * sizePx * sizePx);
  const field = createField(params, sizePx, nmPerPx);
  for (let bead = 0; bead < beads; bead++) {
    const image = images.subarray(bead * sizePx * sizePx, (bead + 1) * sizePx * sizePx);
    field.intensity(xyzNm[3 * bead]!, xyzNm[3 * bead + 1]!, xyzNm[3 * bead + 2]!, image);
    const background = cornerMean(image, sizePx) || 1;
    for (let pixel = 0; pixel < image.length; pixel++) {
      const count = backgroundLevel * (1 + contrastScale * (image[pixel]! / background - 1));
      image[pixel] = Math.min(1, Math.max(0, count));
    }
  }
  return images;
}

/** Mean of the top-left 1/16 of the side, at least one pixel. */
function cornerMean(image: Float64Array, size: number): number {
  const corner = Math.max(1, Math.floor(size / 16));
  let sum = 0;
  for (let row = 0; row < corner; row++) {
    for (let column = 0; column < corner; column++) sum += image[row * size + column]!;
  }
  return sum / corner ** 2;
}

/** The light behind one bead in the middle of its grid, ready to be moved and focused. */
function createField(params: ThinBeadParams, size: number, nmPerPx: number) {
  const { wavelengthNm = 550, nMedium = 1.33, padFactor = 2 } = params;
  const side = 2 * Math.ceil(Math.ceil(padFactor * size) / 2);
  const offset = side / 2 - Math.floor(size / 2);
  const fourier = createFourier(side);
  const spectrum = transmission(params, size, nmPerPx, side, offset);
  forward2d(fourier, spectrum);

  const frequencies = Float64Array.from({ length: side }, (_, index) => {
    return (index < side / 2 ? index : index - side) / (side * nmPerPx);
  });
  const kz = new Float64Array(side * side);
  frequencies.forEach((fy, row) => {
    frequencies.forEach((fx, column) => {
      const at = row * side + column;
      const square = fx * fx + fy * fy;
      const inPupil = Math.sqrt(square) <= NUMERICAL_APERTURE / wavelengthNm;
      const blur = inPupil ? sinc(nmPerPx * fx) * sinc(nmPerPx * fy) : 0;
      spectrum[2 * at]! *= blur;
      spectrum[2 * at + 1]! *= blur;
      kz[at] = 2 * Math.PI * Math.sqrt(Math.max((nMedium / wavelengthNm) ** 2 - square, 0));
    });
  });

  const field = new Float64Array(2 * side * side);
  const phasor = new Float64Array(2);
  const intensity = (xNm: number, yNm: number, zNm: number, image: Float64Array) => {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const at = row * side + column;
        const shift = frequencies[column]! * xNm + frequencies[row]! * yNm;
        const phase = zNm * kz[at]! - 2 * Math.PI * shift;
        phasor[0] = Math.cos(phase);
        phasor[1] = Math.sin(phase);
        setProduct(field, at, spectrum, at, phasor, 0);
      }
    }
    inverse2d(fourier, field);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const at = (row + offset) * side + column + offset;
        image[row * size + column] = field[2 * at]! ** 2 + field[2 * at + 1]! ** 2;
      }
    }
  };
  return { intensity };
}

/** Amplitude behind the bead, [row, column] complex, 1 outside it and outside the image. */
function transmission(
  params: ThinBeadParams,
  size: number,
  nmPerPx: number,
  side: number,
  offset: number,
): Float64Array {
  const { radiusNm = 1500, wavelengthNm = 550, nSphere = 1.59, nMedium = 1.33, absorptionPerNm = 0 } = params;
  const field = new Float64Array(2 * side * side);
  for (let index = 0; index < field.length; index += 2) field[index] = 1;
  const middle = Math.floor(size / 2);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const distance = Math.hypot(row - middle, column - middle) * nmPerPx;
      if (distance > radiusNm) continue;
      const thickness = 2 * Math.sqrt(radiusNm ** 2 - distance ** 2);
      const phase = (2 * Math.PI * (nSphere - nMedium) * thickness) / wavelengthNm;
      const amplitude = Math.exp(-absorptionPerNm * thickness);
      const at = (row + offset) * side + column + offset;
      field[2 * at] = amplitude * Math.cos(phase);
      field[2 * at + 1] = amplitude * Math.sin(phase);
    }
  }
  return field;
}

function sinc(u: number): number {
  return u === 0 ? 1 : Math.sin(Math.PI * u) / (Math.PI * u);
}

/**
 * Z-LUT of a centered bead at the planes `zNm`, as MagTrack 0.7.6 simulates it.
 * @param oversample radial bins a px
 * @returns profiles of floor(size / 2) * oversample radii, 0 to 1; NaN where a bin holds no pixel. The
 *   profile is taken about (size / 2, size / 2) as there, half a pixel beside the bead when the size is odd.
 * Source: behavior of `simulate_zlut`, MagTrack 0.7.6.
 */
export function simulateZLut(zNm: Float64Array, params: ThinBeadParams = {}, oversample = 1): ZLut {
  const { sizePx = 64 } = params;
  const planes = zNm.length;
  const radii = Math.floor(sizePx / 2) * oversample;
  const xyzNm = new Float64Array(3 * planes);
  zNm.forEach((z, plane) => {
    xyzNm[3 * plane + 2] = z;
  });
  const images = simulateBeads(xyzNm, params);
  const profiles = new Float64Array(planes * radii);
  const pixels = new Uint32Array(radii);
  for (let plane = 0; plane < planes; plane++) {
    const profile = profiles.subarray(plane * radii, (plane + 1) * radii);
    pixels.fill(0);
    for (let row = 0; row < sizePx; row++) {
      for (let column = 0; column < sizePx; column++) {
        const distance = Math.hypot(row - sizePx / 2, column - sizePx / 2);
        const bin = Math.round(distance * oversample);
        if (bin >= radii) continue;
        profile[bin]! += images[(plane * sizePx + row) * sizePx + column]!;
        pixels[bin]!++;
      }
    }
    pixels.forEach((count, bin) => {
      profile[bin]! /= count;
    });
  }
  return { name: 'simulated', planes, radii, planeZNm: zNm.slice(), profiles };
}
