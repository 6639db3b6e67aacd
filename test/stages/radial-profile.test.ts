import { describe, expect, test } from 'vitest';
import { radialProfile } from '#stages/radial-profile.ts';
import { beadOf, ringCounts, ringRoi } from './synthetic-bead.ts';

function profileOf(
  pixels: Float64Array,
  xPx: number,
  yPx: number,
  oversample = 1,
  bins: 'nearest' | 'split' | 'interpolate' = 'nearest',
): number[] {
  const bead = beadOf(pixels, { xPx, yPx });
  radialProfile.reference(bead, radialProfile.params.parse({ oversample, bins }));
  return [...bead.profile];
}

describe('radial profile', () => {
  test('of rings whose counts are their whole radius is 0, 1, 2, ...', () => {
    const size = 21;
    const pixels = Float64Array.from({ length: size * size }, (_, pixel) =>
      Math.round(Math.hypot((pixel % size) - 9, Math.floor(pixel / size) - 11)),
    );
    expect(profileOf(pixels, 9, 11)).toEqual(Array.from({ length: 10 }, (_, radius) => radius));
  });

  test('follows smooth rings to within 2 counts off the middle of a pixel', () => {
    const profile = profileOf(ringRoi(40, 18.3, 20.8), 18.3, 20.8);
    // counts: bins 1 px wide average a curvature of up to 90 counts a px^2 and sample it unevenly
    for (const [radius, counts] of profile.entries()) {
      if (radius >= 4)
        expect(Math.abs(counts - ringCounts(radius, 10))).toBeLessThan(2 + 30 * Math.exp(-radius / 4));
    }
    expect(profile).toHaveLength(20);
  });

  test('a pixel half-way between two bins goes to the even one', () => {
    const size = 12;
    const pixels = new Float64Array(size * size);
    pixels[5 * size + 5] = 8;
    pixels[5 * size + 7] = 60;
    // From (5.5, 5): (5, 5) and (6, 5) are 0.5 px away, (4, 5) and (7, 5) 1.5 px; bin 0 has 2 pixels, bin 2 has 16.
    const profile = profileOf(pixels, 5.5, 5);
    expect(profile[0]).toBe(4);
    expect(profile[1]).toBe(0);
    expect(profile[2]).toBe(60 / 16);
  });

  test('a bin without a pixel is NaN', () => {
    expect(profileOf(ringRoi(16, 7.5, 7.5), 7.5, 7.5)[0]).toBeNaN();
    const oversampled = profileOf(ringRoi(32, 16, 16), 16, 16, 4);
    const empty = oversampled.flatMap((counts, bin) => (Number.isNaN(counts) ? [bin] : []));
    expect(oversampled).toHaveLength(64);
    expect(empty.slice(0, 9)).toEqual([1, 2, 3, 5, 7, 10, 15, 19, 21]);
  });

  test('around a NaN center, bin 0 is the mean of the ROI and the rest NaN', () => {
    const pixels = ringRoi(16, 7, 8);
    const mean = pixels.reduce((sum, counts) => sum + counts, 0) / pixels.length;
    const profile = profileOf(pixels, Number.NaN, 8);
    expect(profile[0]).toBeCloseTo(mean, 10);
    expect(profile.slice(1).every(Number.isNaN)).toBe(true);
  });

  test('a split pixel counts in its two nearest rings by its distance to them', () => {
    const size = 12;
    const pixels = new Float64Array(size * size);
    pixels[5 * size + 7] = 60;
    // 1.25 px from the center: 3/4 of it in ring 1, 1/4 in ring 2.
    const profile = profileOf(pixels, 5.75, 5, 1, 'split');
    const weightOf = (ring: number) => {
      let weight = 0;
      for (let pixel = 0; pixel < size * size; pixel++) {
        const distance = Math.hypot((pixel % size) - 5.75, Math.floor(pixel / size) - 5);
        weight += Math.max(0, 1 - Math.abs(distance - ring));
      }
      return weight;
    };
    expect(profile[1]).toBeCloseTo((0.75 * 60) / weightOf(1), 12);
    expect(profile[2]).toBeCloseTo((0.25 * 60) / weightOf(2), 12);
    expect(profile[3]).toBe(0);
  });

  test('by interpolation follows smooth rings to within 6 counts, whatever the phase of the center', () => {
    for (const [xPx, yPx] of [
      [20, 20],
      [18.3, 20.8],
      [20.5, 19.5],
    ] as const) {
      const profile = profileOf(ringRoi(40, xPx, yPx), xPx, yPx, 1, 'interpolate');
      expect(profile).toHaveLength(57);
      // counts: a bilinear sample of a curvature of up to 20 counts a px^2 there is off by up to an eighth of it, one way
      for (const [circle, counts] of profile.entries()) {
        const radiusPx = 1 + circle / 3;
        if (radiusPx > 8) expect(Math.abs(counts - ringCounts(radiusPx, 10))).toBeLessThan(6);
      }
    }
  });

  test('by interpolation is NaN where a circle is outside the ROI, and without a center', () => {
    const far = profileOf(ringRoi(16, 7, 8), 40, 8, 1, 'interpolate');
    expect(far.every(Number.isNaN)).toBe(true);
    expect(profileOf(ringRoi(16, 7, 8), Number.NaN, 8, 1, 'interpolate').every(Number.isNaN)).toBe(true);
  });

  test.each([
    [64, 31.5, 31.5, 1],
    [31, 14.2, 17.9, 4],
    [40, -3, 44.7, 2],
    [40, 1e12, 12, 1],
  ])('of whole counts is what it is of any (%i px around %f, %f, %i a px)', (size, xPx, yPx, oversample) => {
    const pixels = Float64Array.from({ length: size * size }, (_, pixel) => (pixel * 40503) % 65536);
    const any = beadOf(pixels, { xPx, yPx });
    const whole = { ...beadOf(pixels, { xPx, yPx }), wholeCounts: true };
    for (const bead of [any, whole])
      radialProfile.reference(bead, radialProfile.params.parse({ oversample }));
    expect(whole.profile).toEqual(any.profile);
  });

  test('says how many radii it writes', () => {
    expect(radialProfile.radii?.(radialProfile.params.parse({ oversample: 1 }), 101)).toBe(50);
    expect(radialProfile.radii?.(radialProfile.params.parse({ oversample: 4 }), 64)).toBe(128);
  });
});
