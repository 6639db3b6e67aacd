import { describe, expect, test } from 'vitest';
import {
  boundOf,
  createBeadBound,
  type ExpectedImage,
  fisherMatrix,
  imageSlopes,
  placeBound,
} from '#simulation/cramer-rao.ts';

const SIZE = 64;
const PIXEL_NM = 100;
const WIDTH_PX = 4;
/** z at which the spot is twice as wide. */
const DEPTH_NM = 2000;
const MIDDLE = { xPx: 31.3, yPx: 31.9, zNm: 0 };

/** A Gaussian spot of height 1 that widens with z. */
const spot: ExpectedImage = (xPx, yPx, zNm) => {
  const width = WIDTH_PX * (1 + zNm / DEPTH_NM);
  return Float64Array.from({ length: SIZE * SIZE }, (_, pixel) => {
    const square = ((pixel % SIZE) - xPx) ** 2 + (Math.floor(pixel / SIZE) - yPx) ** 2;
    return Math.exp(-square / (2 * width * width));
  });
};
const spotSlopes = () => imageSlopes(spot, MIDDLE.xPx, MIDDLE.yPx, MIDDLE.zNm, PIXEL_NM);

describe('of a Gaussian spot', () => {
  const photons = 1000;
  /** Photons of the whole spot. */
  const all = 2 * Math.PI * WIDTH_PX ** 2 * photons;

  test('x and y are width / sqrt(photons) where only photons make noise', () => {
    const { known, free } = placeBound(spotSlopes(), { photons, readNoise: 0 });
    // 1e-5: the square of the step of 1 nm over the width.
    for (const bound of [known, free]) {
      expect(bound.xNm / ((WIDTH_PX * PIXEL_NM) / Math.sqrt(all))).toBeCloseTo(1, 5);
      expect(bound.yNm / ((WIDTH_PX * PIXEL_NM) / Math.sqrt(all))).toBeCloseTo(1, 5);
    }
  });

  test('z is depth / sqrt(8 photons), and / sqrt(4 photons) once the gain is free', () => {
    const { known, free } = placeBound(spotSlopes(), { photons, readNoise: 0 });
    expect(known.zNm / (DEPTH_NM / Math.sqrt(8 * all))).toBeCloseTo(1, 5);
    expect(free.zNm / (DEPTH_NM / Math.sqrt(4 * all))).toBeCloseTo(1, 5);
  });

  test('x is read noise / height times sqrt(2 / pi) px where the read noise rules', () => {
    const readNoise = 1e5;
    const { known } = placeBound(spotSlopes(), { photons: 1, readNoise });
    expect(known.xNm / (PIXEL_NM * readNoise * Math.sqrt(2 / Math.PI))).toBeCloseTo(1, 5);
  });

  test('central differences are the analytic slopes to 1e-5 of the steepest', () => {
    const { image, slopes } = spotSlopes();
    const analytic = [0, 1, 2].map((axis) =>
      image.map((intensity, pixel) => {
        const along = [(pixel % SIZE) - MIDDLE.xPx, Math.floor(pixel / SIZE) - MIDDLE.yPx];
        const square = along[0]! ** 2 + along[1]! ** 2;
        return axis < 2
          ? (intensity * along[axis]!) / WIDTH_PX ** 2 / PIXEL_NM
          : (intensity * square) / WIDTH_PX ** 2 / DEPTH_NM;
      }),
    );
    for (const [axis, slope] of slopes.entries()) {
      const steepest = Math.max(...analytic[axis]!.map(Math.abs));
      for (let pixel = 0; pixel < slope.length; pixel++) {
        expect(Math.abs(slope[pixel]! - analytic[axis]![pixel]!)).toBeLessThan(1e-5 * steepest);
      }
    }
  });
});

test('parameters that change the image alike have an infinite bound', () => {
  const slope = Float64Array.of(1, -2, 3);
  const fisher = fisherMatrix(Float64Array.of(1, 1, 1), [slope, slope.map((value) => 2 * value)], {
    photons: 100,
    readNoise: 0,
  });
  expect([...boundOf(fisher)]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test('correlated parameters have the bound of the 2 x 2 inverse', () => {
  const [xNm, yNm] = boundOf(Float64Array.of(4, 3, 3, 9));
  expect(xNm).toBeCloseTo(Math.sqrt(9 / 27), 12);
  expect(yNm).toBeCloseTo(Math.sqrt(4 / 27), 12);
});

/**
 * x, z with brightness known and z with it free, nm, at 200, 1000 and 10000 photons: a numpy program with the same
 * optics (Hankel transform, scipy's J0, cubic splines between radii) and 8 random places.
 */
const TABLE = [
  { radiusNm: 1500, zNm: -2000, bounds: [0.478, 1.076, 1.077, 0.209, 0.471, 0.471, 0.066, 0.148, 0.148] },
  { radiusNm: 1500, zNm: 0, bounds: [0.606, 1.091, 1.106, 0.26, 0.475, 0.481, 0.082, 0.149, 0.151] },
  { radiusNm: 1500, zNm: 2000, bounds: [0.355, 0.886, 0.886, 0.156, 0.381, 0.381, 0.049, 0.119, 0.119] },
  { radiusNm: 1500, zNm: 7500, bounds: [0.648, 2.141, 2.141, 0.278, 0.932, 0.932, 0.087, 0.293, 0.293] },
  { radiusNm: 500, zNm: -500, bounds: [1.129, 2.396, 2.597, 0.487, 1.043, 1.139, 0.153, 0.328, 0.358] },
  { radiusNm: 500, zNm: 500, bounds: [1.033, 2.962, 3.225, 0.457, 1.294, 1.405, 0.144, 0.407, 0.441] },
  { radiusNm: 500, zNm: 5000, bounds: [1.318, 4.871, 4.871, 0.577, 2.138, 2.138, 0.182, 0.673, 0.673] },
] as const;

describe('of a bead', () => {
  test.each(TABLE)(
    'radius $radiusNm nm, z $zNm nm: is that of an independent program',
    ({ bounds, ...bead }) => {
      const bound = createBeadBound({
        optics: { radiusNm: bead.radiusNm },
        zNm: bead.zNm,
        size: 64,
        pixelSizeNm: 100,
        centerPx: 32,
      });
      for (const [index, photons] of [200, 1000, 10_000].entries()) {
        const { known, free } = bound({ photons, readNoise: 3 });
        const ours = [Math.hypot(known.xNm, known.yNm) / Math.SQRT2, known.zNm, free.zNm];
        for (const [column, nm] of ours.entries()) {
          const theirs = bounds[3 * index + column]!;
          // 1 %: other places within the pixel; and half of the last digit of the table.
          expect(Math.abs(nm - theirs)).toBeLessThan(0.01 * theirs + 0.0005);
        }
      }
    },
  );

  test('falls with the square root of the light where photons alone make noise', () => {
    const bound = createBeadBound({
      optics: { radiusNm: 500 },
      size: 24,
      pixelSizeNm: 100,
      zNm: 1000,
      places: 2,
    });
    const dim = bound({ photons: 100, readNoise: 0 }).free;
    const bright = bound({ photons: 10_000, readNoise: 0 }).free;
    expect(dim.xNm / bright.xNm).toBeCloseTo(10, 9);
    expect(dim.zNm / bright.zNm).toBeCloseTo(10, 9);
  });
});
