import { describe, expect, test } from 'vitest';
import { ConfigError } from '#protocol/errors.ts';
import { createRadialOptics, lagrangeWeights, renderBead } from '#simulation/radial-optics.ts';
import { createRandom } from '#simulation/random.ts';
import { simulateBeads } from '#simulation/thin-bead.ts';

const WAVELENGTH = 550;
const N_MEDIUM = 1.33;

function largestDifference(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - b[index]!)), 0);
}

/** J0 by Bessel's integral, independent of the source's series. */
function slowJ0(x: number): number {
  const nodes = 24 + Math.ceil(x);
  let sum = 0;
  for (let node = 0; node < nodes; node++) sum += Math.cos(x * Math.sin((Math.PI * (node + 0.5)) / nodes));
  return sum / nodes;
}

/** Intensity at one place: both Hankel integrals by the midpoint rule, straight from their definition. */
function slowIntensity(radiusNm: number, rNm: number, zNm: number): number {
  const inner = 400;
  const outer = 800;
  const rhoMax = 1.3 / WAVELENGTH;
  let real = 1;
  let imaginary = 0;
  for (let node = 0; node < outer; node++) {
    const rho = ((node + 0.5) / outer) * rhoMax;
    let maskReal = 0;
    let maskImaginary = 0;
    for (let step = 0; step < inner; step++) {
      const r = ((step + 0.5) / inner) * radiusNm;
      const phase = (2 * Math.PI * 0.26 * 2 * Math.sqrt(radiusNm ** 2 - r ** 2)) / WAVELENGTH;
      const weight = 2 * Math.PI * r * slowJ0(2 * Math.PI * rho * r) * (radiusNm / inner);
      maskReal += weight * (Math.cos(phase) - 1);
      maskImaginary += weight * Math.sin(phase);
    }
    const kz = 2 * Math.PI * (Math.sqrt((N_MEDIUM / WAVELENGTH) ** 2 - rho ** 2) - N_MEDIUM / WAVELENGTH);
    const weight = 2 * Math.PI * rho * slowJ0(2 * Math.PI * rho * rNm) * (rhoMax / outer);
    real += weight * (maskReal * Math.cos(zNm * kz) - maskImaginary * Math.sin(zNm * kz));
    imaginary += weight * (maskReal * Math.sin(zNm * kz) + maskImaginary * Math.cos(zNm * kz));
  }
  return real * real + imaginary * imaginary;
}

describe('profile', () => {
  test.each([
    [0, 0],
    [400, 300],
    [2500, 3000],
    [1005, -1800],
  ])('is the Hankel integral at r %d nm, z %d nm', (rNm, zNm) => {
    const radiusNm = 450;
    const optics = createRadialOptics({ radiusNm, rMaxNm: 3000, zMaxNm: 4000 });
    // The midpoint rule with 400 x 800 nodes is good to a few 1e-4.
    expect(optics.profile(zNm)[rNm / optics.rStepNm]).toBeCloseTo(slowIntensity(radiusNm, rNm, zNm), 3);
  });

  test.each([500, 1500])('of a bead of %d nm does not change with twice the quadrature nodes', (radiusNm) => {
    const optics = createRadialOptics({ radiusNm });
    const finer = createRadialOptics({ radiusNm, nodeFactor: 2 });
    for (const zNm of [-2000, 0, 1500, 15_000]) {
      expect(largestDifference(optics.profile(zNm), finer.profile(zNm))).toBeLessThan(1e-10);
    }
  });

  test('of a bead that does not differ from water is flat', () => {
    const profile = createRadialOptics({ radiusNm: 700, nSphere: N_MEDIUM }).profile(1200);
    expect(profile.every((value) => Math.abs(value - 1) < 1e-12)).toBe(true);
  });

  test('fills the array it is given', () => {
    const optics = createRadialOptics({ radiusNm: 500, rMaxNm: 1000 });
    const out = new Float64Array(optics.radii);
    expect(optics.profile(900, out)).toBe(out);
    expect(out).toEqual(optics.profile(900));
  });
});

test('six-point weights reproduce a polynomial of degree five', () => {
  const polynomial = (x: number) => 1 - x + 2 * x ** 3 - 0.5 * x ** 5;
  const value = lagrangeWeights(0.3).reduce((sum, weight, point) => sum + weight * polynomial(point - 2), 0);
  expect(value).toBeCloseTo(polynomial(0.3), 12);
});

describe('renderBead', () => {
  const optics = createRadialOptics({ radiusNm: 700 });

  test('turns with the bead: mirrored and transposed places give mirrored and transposed images', () => {
    const view = { zNm: 1500, size: 21, pixelSizeNm: 100 };
    const image = renderBead(optics, { ...view, xPx: 8.3, yPx: 11.6 });
    const transposed = renderBead(optics, { ...view, xPx: 11.6, yPx: 8.3 });
    const mirrored = renderBead(optics, { ...view, xPx: 20 - 8.3, yPx: 11.6 });
    for (let row = 0; row < 21; row++) {
      for (let column = 0; column < 21; column++) {
        const value = image[row * 21 + column]!;
        expect(transposed[column * 21 + row]).toBeCloseTo(value, 10);
        expect(mirrored[row * 21 + 20 - column]).toBeCloseTo(value, 10);
      }
    }
  });

  test('with tiny pixels reads the profile at the distance to the bead', () => {
    const zNm = 2100;
    const profile = optics.profile(zNm);
    const pixelSizeNm = 5;
    const image = renderBead(optics, { xPx: 10, yPx: 7, zNm, size: 25, pixelSizeNm });
    // Pixels of 5 nm still blur by 5^2 / 24 nm^2 times the Laplacian: below 1e-3.
    expect(image[7 * 25 + 20]).toBeCloseTo(profile[10]!, 3);
    expect(image[11 * 25 + 13]).toBeCloseTo(profile[5]!, 3);
    expect(image[7 * 25 + 10]).toBeCloseTo(profile[0]!, 3);
  });

  test('does not depend on the pixel grid: four pixels of half the size have the mean of a whole one', () => {
    const whole = renderBead(optics, { xPx: 6.2, yPx: 5.1, zNm: 3000, size: 12, pixelSizeNm: 100 });
    const halves = renderBead(optics, {
      // The middle of the top-left pixel lies a quarter px outside that of the coarse image.
      xPx: 2 * 6.2 + 0.5,
      yPx: 2 * 5.1 + 0.5,
      zNm: 3000,
      size: 24,
      pixelSizeNm: 50,
    });
    for (let row = 0; row < 12; row++) {
      for (let column = 0; column < 12; column++) {
        const first = 2 * row * 24 + 2 * column;
        const mean = (halves[first]! + halves[first + 1]! + halves[first + 24]! + halves[first + 25]!) / 4;
        // Three points integrate a 100 nm pixel to 3.4e-4 of the finest ripple the objective passes.
        expect(mean).toBeCloseTo(whole[row * 12 + column]!, 3);
      }
    }
  });

  test('agrees with propagation on a two-dimensional grid within 2 % of the background', () => {
    const [radiusNm, zNm, size, pixelSizeNm] = [500, 900, 64, 25];
    const level = 0.02;
    const params = { sizePx: size, nmPerPx: pixelSizeNm, radiusNm, padFactor: 8, backgroundLevel: level };
    const grid = simulateBeads(Float64Array.of(50, -75, zNm), params);
    const exact = renderBead(createRadialOptics({ radiusNm }), { xPx: 34, yPx: 29, zNm, size, pixelSizeNm });
    let corner = 0;
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 4; column++) corner += exact[row * size + column]!;
    const scaled = grid.map((value) => ((value / level) * corner) / 16);
    expect(Math.max(...exact)).toBeGreaterThan(5);
    expect(largestDifference(scaled, exact)).toBeLessThan(0.02 * Math.max(...exact));
  });

  test('an image larger than the optics reach is refused with the radius it needs', () => {
    const small = createRadialOptics({ radiusNm: 500, rMaxNm: 1000 });
    const render = () => renderBead(small, { xPx: 16, yPx: 16, zNm: 0, size: 33, pixelSizeNm: 100 });
    expect(render).toThrow(ConfigError);
    expect(render).toThrow(/rMaxNm: expected at least 23\d\d .* received 1000/);
  });
});

describe('information in an image', () => {
  /** Smallest standard deviation of x and z, nm, for a known bead (Cramer-Rao bound of x, y, z). */
  function bound(radiusNm: number, zNm: number, photons: number, readNoise: number) {
    const optics = createRadialOptics({ radiusNm });
    const random = createRandom(11);
    const sums = [0, 0];
    const places = 8;
    for (let place = 0; place < places; place++) {
      const at = [
        -50 + 100 * random.uniform(),
        -50 + 100 * random.uniform(),
        zNm - 25 + 50 * random.uniform(),
      ];
      const image = (axis: number, stepNm: number) => {
        const [x, y, z] = at.map((value, index) => value + (index === axis ? stepNm : 0)) as [
          number,
          number,
          number,
        ];
        return renderBead(optics, {
          xPx: 32 + x / 100,
          yPx: 32 + y / 100,
          zNm: z,
          size: 64,
          pixelSizeNm: 100,
        });
      };
      const middle = image(0, 0);
      const slopes = [1, 1, 2].map((step, axis) => {
        const [up, down] = [image(axis, step), image(axis, -step)];
        return up.map((value, pixel) => (photons * (value - down[pixel]!)) / (2 * step));
      });
      // x, y and z are orthogonal by symmetry, so each bound is that of its own axis.
      for (const [index, axis] of [0, 2].entries()) {
        const information = slopes[axis]!.reduce(
          (sum, slope, pixel) => sum + slope ** 2 / (photons * middle[pixel]! + readNoise ** 2),
          0,
        );
        sums[index]! += 1 / information / places;
      }
    }
    return { xNm: Math.sqrt(sums[0]!), zNm: Math.sqrt(sums[1]!) };
  }

  // Truth: an independent numpy implementation of the same optics, bounds averaged over 8 other places within
  // a pixel and 50 nm, which moves them by up to 2 %.
  test.each([
    [1500, -1000, 0.178, 0.315],
    [1500, 4000, 0.22, 0.481],
    [1500, 7000, 0.262, 0.834],
    [500, 1000, 0.408, 1.113],
    [500, 5000, 0.577, 2.138],
  ])('a bead of %d nm at z %d nm can be located to %d nm in x and %d nm in z', (radiusNm, z, xNm, zNm) => {
    const got = bound(radiusNm, z, 1000, 3);
    expect(Math.abs(got.xNm / xNm - 1)).toBeLessThan(0.02);
    expect(Math.abs(got.zNm / zNm - 1)).toBeLessThan(0.02);
  });
});
