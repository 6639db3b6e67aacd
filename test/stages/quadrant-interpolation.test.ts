import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { simulateBeads } from '#simulation/thin-bead.ts';
import { quadrantInterpolation } from '#stages/quadrant-interpolation.ts';
import { beadOf, ringRoi } from './synthetic-bead.ts';

function centerFrom(
  pixels: Float64Array,
  xPx: number,
  yPx: number,
  params: Record<string, unknown> = {},
): [number, number] {
  const bead = beadOf(pixels, { xPx, yPx });
  quadrantInterpolation.reference(bead, quadrantInterpolation.params.parse(params));
  return [bead.xPx, bead.yPx];
}

describe('quadrant interpolation', () => {
  test('finds smooth rings to a thousandth of a pixel from 1.5 px away', () => {
    for (const [xPx, yPx] of [
      [23.4, 25.8],
      [26.5, 22.5],
      [25, 25],
    ] as const) {
      for (const weights of ['even', 'cosine']) {
        const [x, y] = centerFrom(ringRoi(51, xPx, yPx), xPx + 1.5, yPx - 1.1, { weights });
        expect(Math.hypot(x - xPx, y - yPx)).toBeLessThan(0.001);
      }
    }
  });

  test('tells x from y', () => {
    const [x, y] = centerFrom(ringRoi(40, 17.2, 21.9), 19, 20);
    expect(x).toBeCloseTo(17.2, 2);
    expect(y).toBeCloseTo(21.9, 2);
  });

  test('is nearer than 0.4 nm rms at 1000 photons in an ROI of 64 px, and a tenth nearer by the cosine', () => {
    const random = createRandom(11);
    const frames = 200;
    const squares = { even: 0, cosine: 0 };
    for (let frame = 0; frame < frames; frame++) {
      const [xNm, yNm] = [200 * random.uniform() - 100, 200 * random.uniform() - 100];
      const zNm = 4000 + 3500 * random.uniform();
      const image = simulateBeads(Float64Array.of(xNm, yNm, zNm));
      const pixels = image.map((level) => random.poisson(2500 * level));
      for (const weights of ['even', 'cosine'] as const) {
        const [x, y] = centerFrom(pixels, 32.3, 31.9, { weights });
        squares[weights] += (100 * (x - 32) - xNm) ** 2 + (100 * (y - 32) - yNm) ** 2;
      }
    }
    // nm: 0.31 measured; the photons alone allow 0.22
    expect(Math.sqrt(squares.even / frames / 2)).toBeLessThan(0.4);
    // Of the variance: 0.81 by theory, with what 200 frames leave open.
    expect(squares.cosine).toBeLessThan(0.92 * squares.even);
  });

  test('brightness and contrast change nothing', () => {
    const pixels = ringRoi(40, 18.3, 20.6);
    const [x, y] = centerFrom(pixels, 19, 20);
    const [dimX, dimY] = centerFrom(
      pixels.map((counts) => 0.02 * counts + 40),
      19,
      20,
    );
    expect(dimX).toBeCloseTo(x, 9);
    expect(dimY).toBeCloseTo(y, 9);
  });

  test('finds no bead in noise, in an even ROI, from no center or from one outside', () => {
    const random = createRandom(3);
    for (let roi = 0; roi < 40; roi++) {
      const noise = Float64Array.from({ length: 48 * 48 }, () => random.poisson(200));
      expect(centerFrom(noise, 23.5, 23.5)).toEqual([Number.NaN, Number.NaN]);
    }
    expect(centerFrom(new Float64Array(1600).fill(7), 20, 20)).toEqual([Number.NaN, Number.NaN]);
    expect(centerFrom(ringRoi(40, 20, 20), Number.NaN, 20)).toEqual([Number.NaN, Number.NaN]);
    expect(centerFrom(ringRoi(40, 20, 20), 20, 60)).toEqual([Number.NaN, Number.NaN]);
  });

  test('without a least symmetry takes noise for a bead now and then', () => {
    const random = createRandom(3);
    let found = 0;
    for (let roi = 0; roi < 40; roi++) {
      const noise = Float64Array.from({ length: 48 * 48 }, () => random.poisson(200));
      if (Number.isFinite(centerFrom(noise, 23.5, 23.5, { minSymmetry: 0 })[0])) found++;
    }
    expect(found).toBeGreaterThan(5);
  });
});
