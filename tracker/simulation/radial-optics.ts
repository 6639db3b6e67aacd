import { ConfigError } from '#protocol/errors.ts';
import { besselJ0 } from './bessel.ts';
import { gaussLegendre } from './gauss-legendre.ts';

/** A bead and the microscope that looks at it. */
export interface RadialOpticsParams {
  radiusNm: number;
  /** Wavelength of the lamp in vacuum. Default 550. */
  wavelengthNm?: number;
  /** Refractive index of the bead. Default 1.59, polystyrene. */
  nSphere?: number;
  /** Refractive index around it. Default 1.33, water. */
  nMedium?: number;
  /** Largest numerical aperture the objective collects. Default 1.3. */
  numericalAperture?: number;
  /** Radius the profiles reach. Default 6000. */
  rMaxNm?: number;
  /** Distance of neighboring radii of a profile. Default 5. */
  rStepNm?: number;
  /** Largest |z| the number of quadrature nodes is chosen for. Default 15000. */
  zMaxNm?: number;
  /** Times the chosen number of quadrature nodes; for tests of convergence. Default 1. */
  nodeFactor?: number;
}

/** Light behind a bead, as a function of the distance to its axis. */
export interface RadialOptics {
  readonly rStepNm: number;
  /** Number of radii of a profile: 0, rStepNm, 2 rStepNm ... */
  readonly radii: number;
  /**
   * Intensity relative to the background in the plane `zNm` above the middle of the bead.
   * @param out [radius] filled and returned; a new array when left out
   */
  profile(zNm: number, out?: Float64Array): Float64Array;
}

/**
 * Radially exact optics of a transparent sphere as a thin phase mask in a plane wave.
 *
 * Field u(r, z) = 1 + integral over spatial frequencies rho up to NA / wavelength of
 * S(rho) J0(2 pi rho r) exp(i z (kz - k)) 2 pi rho d rho, where S is the Hankel transform of
 * exp(i phase(r)) - 1 inside the sphere. A lone bead in an infinite field: nothing wraps around, and the
 * image depends on the distance to the axis alone. Coherent, without polarization, aberrations or absorption.
 *
 * Source: angular-spectrum propagation, Goodman, Introduction to Fourier Optics, section 3.10. Differs: both
 * integrals are Gauss-Legendre rules over angles (r = radius sin t, rho = n/wavelength sin t), in which the
 * rim of the sphere and the square root in kz are smooth.
 */
export function createRadialOptics(params: RadialOpticsParams): RadialOptics {
  const {
    radiusNm,
    wavelengthNm = 550,
    nSphere = 1.59,
    nMedium = 1.33,
    numericalAperture = 1.3,
    rMaxNm = 6000,
    rStepNm = 5,
    zMaxNm = 15_000,
    nodeFactor = 1,
  } = params;
  const k = (2 * Math.PI * nMedium) / wavelengthNm;
  const angleMax = Math.asin(Math.min(1, numericalAperture / nMedium));
  const kRadialMax = k * Math.sin(angleMax);

  // A rule of n nodes resolves about 2 n radians of phase; the margin buys the last digits.
  const nodesFor = (phase: number) => Math.ceil(nodeFactor * (24 + 0.65 * phase));
  const phasePerNm = (2 * Math.PI * (nSphere - nMedium)) / wavelengthNm;
  const phaseInside = 2 * radiusNm * Math.abs(phasePerNm) + radiusNm * kRadialMax;
  const phaseOutside = (rMaxNm + radiusNm) * kRadialMax + zMaxNm * k * (1 - Math.cos(angleMax));
  const mask = gaussLegendre(nodesFor(phaseInside), 0, Math.PI / 2);
  const angles = gaussLegendre(nodesFor(phaseOutside), 0, angleMax);

  const nodes = angles.nodes.length;
  const radii = Math.floor(rMaxNm / rStepNm) + 1;
  const real = new Float64Array(nodes);
  const imaginary = new Float64Array(nodes);
  const kAxialLoss = new Float64Array(nodes);
  const waves = new Float64Array(nodes * radii);
  for (let node = 0; node < nodes; node++) {
    const angle = angles.nodes[node]!;
    const kRadial = k * Math.sin(angle);
    let sumReal = 0;
    let sumImaginary = 0;
    mask.nodes.forEach((t, index) => {
      const r = radiusNm * Math.sin(t);
      const phase = phasePerNm * 2 * radiusNm * Math.cos(t);
      const weight = mask.weights[index]! * radiusNm * Math.cos(t) * r * besselJ0(kRadial * r);
      sumReal += weight * (Math.cos(phase) - 1);
      sumImaginary += weight * Math.sin(phase);
    });
    const weight = angles.weights[node]! * k * Math.cos(angle) * kRadial;
    real[node] = weight * sumReal;
    imaginary[node] = weight * sumImaginary;
    kAxialLoss[node] = k * (Math.cos(angle) - 1);
    for (let index = 0; index < radii; index++) {
      waves[node * radii + index] = besselJ0(kRadial * index * rStepNm);
    }
  }

  const fieldReal = new Float64Array(radii);
  const fieldImaginary = new Float64Array(radii);
  const profile = (zNm: number, out = new Float64Array(radii)) => {
    fieldReal.fill(1);
    fieldImaginary.fill(0);
    for (let node = 0; node < nodes; node++) {
      const cosine = Math.cos(zNm * kAxialLoss[node]!);
      const sine = Math.sin(zNm * kAxialLoss[node]!);
      const a = real[node]! * cosine - imaginary[node]! * sine;
      const b = real[node]! * sine + imaginary[node]! * cosine;
      const first = node * radii;
      for (let index = 0; index < radii; index++) {
        const wave = waves[first + index]!;
        fieldReal[index]! += a * wave;
        fieldImaginary[index]! += b * wave;
      }
    }
    for (let index = 0; index < radii; index++) {
      out[index] = fieldReal[index]! ** 2 + fieldImaginary[index]! ** 2;
    }
    return out;
  };
  return { rStepNm, radii, profile };
}

/** Denominators of Lagrange's polynomials through six even points. */
const LAGRANGE = [-120, 24, -12, 12, -24, 120] as const;
const LAGRANGE_POINTS = LAGRANGE.length;

/**
 * Lagrange's weights of six points at a place 0 to 1 between the third and the fourth.
 * @param weights filled and returned; a new array when left out
 */
export function lagrangeWeights(place: number, weights = new Float64Array(LAGRANGE_POINTS)): Float64Array {
  for (let point = 0; point < LAGRANGE_POINTS; point++) {
    let product = 1;
    for (let other = 0; other < LAGRANGE_POINTS; other++) if (other !== point) product *= place - (other - 2);
    weights[point] = product / LAGRANGE[point]!;
  }
  return weights;
}

/** Value of an even function of r from its values on a grid, by Lagrange's polynomial through six points. */
function interpolate(profile: Float64Array, position: number): number {
  const whole = Math.floor(position);
  const p = position - whole;
  // Written out instead of calling lagrangeWeights: nine times a pixel.
  const a = p + 2;
  const b = p + 1;
  const d = p - 1;
  const e = p - 2;
  const f = p - 3;
  const outer = b * p * d * e;
  const inner = a * p * f;
  return (
    (-outer * f * profile[Math.abs(whole - 2)]!) / 120 +
    (inner * d * e * profile[Math.abs(whole - 1)]!) / 24 -
    (a * b * d * e * f * profile[whole]!) / 12 +
    (inner * b * e * profile[whole + 1]!) / 12 -
    (inner * b * d * profile[whole + 2]!) / 24 +
    (a * outer * profile[whole + 3]!) / 120
  );
}

/** Where a bead stands in an image of `size` x `size` px. */
export interface BeadView {
  /** px, (0, 0) the middle of the top-left pixel. */
  xPx: number;
  yPx: number;
  /** nm from the middle of the bead to the plane in focus. */
  zNm: number;
  size: number;
  pixelSizeNm: number;
}

/** Three-point Gauss-Legendre rule over a pixel: places in px from its middle, and weights. */
export const SUB_PIXEL = [-Math.sqrt(0.15), 0, Math.sqrt(0.15)] as const;
export const SUB_PIXEL_WEIGHT = [5 / 18, 8 / 18, 5 / 18] as const;

/**
 * Image of a bead without noise: the intensity integrated over every square pixel by 3 x 3 Gauss-Legendre
 * points. The truth that trackers and faster renderers are tested against.
 *
 * @param profile that of `zNm`, for callers that draw many beads at one height
 * @returns [row, column] relative to the background
 * @throws {ConfigError} if a corner lies beyond the radius the optics were made for
 */
export function renderBead(
  optics: RadialOptics,
  view: BeadView,
  profile: Float64Array = optics.profile(view.zNm),
): Float64Array {
  const { xPx, yPx, size, pixelSizeNm } = view;
  const image = new Float64Array(size * size);
  const perPx = pixelSizeNm / optics.rStepNm;
  const far = (center: number) => Math.max(center, size - 1 - center) + 0.5;
  const reach = Math.hypot(far(xPx), far(yPx)) * perPx;
  if (reach + LAGRANGE_POINTS / 2 >= optics.radii) {
    throw new ConfigError({
      where: 'radial optics rMaxNm',
      expected: `at least ${Math.ceil((reach + LAGRANGE_POINTS) * optics.rStepNm)} for an image of ${size} px`,
      received: `${(optics.radii - 1) * optics.rStepNm}`,
    });
  }
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let j = 0; j < 3; j++) {
        const y = row + SUB_PIXEL[j]! - yPx;
        for (let i = 0; i < 3; i++) {
          const x = column + SUB_PIXEL[i]! - xPx;
          const weight = SUB_PIXEL_WEIGHT[i]! * SUB_PIXEL_WEIGHT[j]!;
          sum += weight * interpolate(profile, Math.sqrt(x * x + y * y) * perPx);
        }
      }
      image[row * size + column] = sum;
    }
  }
  return image;
}
