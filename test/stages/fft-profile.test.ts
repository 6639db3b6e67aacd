import { describe, expect, test } from 'vitest';
import { fftProfile } from '#stages/fft-profile.ts';
import { beadOf, ringRoi, seededRandom } from './synthetic-bead.ts';

const defaults = fftProfile.params.parse({});

function profileOf(
  pixels: Float64Array,
  params: Partial<typeof defaults> = {},
  center = { xPx: 10, yPx: 10 },
): number[] {
  const bead = beadOf(pixels, center);
  fftProfile.reference(bead, { ...defaults, ...params });
  return [...bead.profile];
}

/** |sum of counts exp(-2 pi i (fx x + fy y) / size)|, by its definition. */
function magnitude(pixels: Float64Array, size: number, fx: number, fy: number): number {
  let [real, imaginary] = [0, 0];
  pixels.forEach((counts, pixel) => {
    const angle = (-2 * Math.PI * (fx * (pixel % size) + fy * Math.floor(pixel / size))) / size;
    real += counts * Math.cos(angle);
    imaginary += counts * Math.sin(angle);
  });
  return Math.hypot(real, imaginary);
}

describe('FFT profile', () => {
  test.each([16, 21])('in %i px its bins are means over the half-plane, by definition', (size) => {
    const random = seededRandom(size);
    const pixels = Float64Array.from({ length: size * size }, () => 100 * random());
    const sums = new Array<number>(Math.floor(size / 2)).fill(0);
    const counts = sums.slice();
    for (let fx = 0; fx <= Math.floor(size / 2); fx++) {
      for (let fy = -Math.floor(size / 2); fy < Math.ceil(size / 2); fy++) {
        const bin = Math.round(Math.hypot(fx, fy));
        if (bin >= sums.length) continue;
        sums[bin]! += magnitude(pixels, size, fx, fy);
        counts[bin]!++;
      }
    }
    const got = profileOf(pixels, { window: 'none', oversample: 1, rmax: 1 });
    expect(got.length).toBe(sums.length);
    // counts: rounding of 21^2 terms of 100
    for (const [bin, value] of got.entries()) expect(value).toBeCloseTo(sums[bin]! / counts[bin]!, 8);
  });

  test('a wave of 3 periods along y is in bin 3, whatever its phase', () => {
    const wave = (phase: number) =>
      Float64Array.from({ length: 24 * 24 }, (_, pixel) =>
        Math.cos((2 * Math.PI * 3 * Math.floor(pixel / 24)) / 24 + phase),
      );
    const params = { window: 'none', oversample: 1 } as const;
    const [one, other] = [profileOf(wave(0), params), profileOf(wave(1.3), params)];
    expect(one.indexOf(Math.max(...one))).toBe(3);
    for (const [bin, value] of one.entries()) expect(other[bin]).toBeCloseTo(value, 9);
  });

  test('at oversampling 4, bins 1, 2, 3, 5, 7 and 10 have no whole frequency', () => {
    const profile = profileOf(ringRoi(32, 15, 16));
    expect(profile.length).toBe(32);
    expect([1, 2, 3, 5, 7, 10].map((bin) => profile[bin])).toEqual(new Array(6).fill(Number.NaN));
    expect([0, 4, 6, 8, 9].map((bin) => Number.isFinite(profile[bin]))).toEqual(new Array(5).fill(true));
  });

  test('rmin and rmax cut a band out of the whole profile', () => {
    const pixels = ringRoi(48, 23, 25);
    const whole = profileOf(pixels, { oversample: 2, rmax: 1 }, { xPx: 23, yPx: 25 });
    const band = profileOf(pixels, { oversample: 2, rmin: 0.05, rmax: 0.4 }, { xPx: 23, yPx: 25 });
    // half-even: 24 x 0.05 x 2 = 2.4 and 24 x 0.4 x 2 = 19.2
    expect(band).toEqual(whole.slice(2, 19));
  });

  test('the window is around the center: swapping its axes is transposing the bead', () => {
    const pixels = ringRoi(40, 12, 27);
    const transposed = ringRoi(40, 27, 12);
    const center = { xPx: 12, yPx: 27 };
    const swapped = profileOf(pixels, { window: 'axes-swapped', oversample: 1 }, center);
    const right = profileOf(pixels, { window: 'at-center', oversample: 1 }, center);
    const far = profileOf(transposed, { window: 'at-center', oversample: 1 }, center);
    for (const [bin, value] of far.entries()) expect(swapped[bin]).toBeCloseTo(value, 8);
    expect(Math.abs(right[2]! - swapped[2]!)).toBeGreaterThan(0.03 * right[2]!);
  });

  test('a NaN center gives NaN, unless there is no window; the ROI is left as it was', () => {
    const pixels = ringRoi(20, 9, 10);
    const before = pixels.slice();
    const nowhere = { xPx: Number.NaN, yPx: 10 };
    expect(profileOf(pixels, {}, nowhere).every(Number.isNaN)).toBe(true);
    expect(profileOf(pixels, { window: 'none', oversample: 1 }, nowhere).every(Number.isFinite)).toBe(true);
    expect(pixels).toEqual(before);
  });
});
