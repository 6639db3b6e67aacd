import { describe, expect, test } from 'vitest';
import { createFastRenderer } from '#simulation/fast-renderer.ts';
import { createRadialOptics, renderBead } from '#simulation/radial-optics.ts';

/** Largest and rms difference to the exact image over the ROI and over heights, relative to the background. */
function deviation(radiusNm: number, zFirstNm: number, zLastNm: number, size = 64) {
  const fast = createFastRenderer({
    optics: { radiusNm },
    supportPx: 48,
    taperPx: 0,
    zRangeNm: [-2000, 12_000],
  });
  const optics = createRadialOptics({ radiusNm });
  let worst = 0;
  let worstRms = 0;
  // A step that falls between the planes of the tables in ever new ways.
  for (let zNm = zFirstNm; zNm <= zLastNm; zNm += 311) {
    const [xPx, yPx] = [31.73, 31.42];
    const light = new Float32Array(size * size).fill(1);
    fast.add(light, size, size, xPx, yPx, zNm);
    const exact = renderBead(optics, { xPx, yPx, zNm, size, pixelSizeNm: 100 });
    let squares = 0;
    exact.forEach((value, pixel) => {
      const difference = Math.abs(light[pixel]! - value);
      worst = Math.max(worst, difference);
      squares += difference ** 2;
    });
    worstRms = Math.max(worstRms, Math.sqrt(squares / exact.length));
  }
  return { worst, rms: worstRms };
}

describe('a fast image differs from the exact one', () => {
  test.each([500, 1400, 1500])(
    'of a %d nm bead by at most 0.5 % of the background, 0.03 % rms',
    (radiusNm) => {
      const { worst, rms } = deviation(radiusNm, -2000, 12_000);
      expect(worst).toBeLessThan(0.005);
      expect(rms).toBeLessThan(0.0003);
    },
  );

  test('at the heights of the live camera by at most 0.02 %', () => {
    expect(deviation(1400, 4500, 7000).worst).toBeLessThan(0.0002);
  });
});

describe('in a frame', () => {
  const fast = createFastRenderer({
    optics: { radiusNm: 700 },
    supportPx: 20,
    taperPx: 6,
    zRangeNm: [0, 3000],
  });
  const frameOf = (width: number, height: number, ...beads: [number, number, number][]) => {
    const light = new Float32Array(width * height).fill(1);
    for (const [x, y, z] of beads) fast.add(light, width, height, x, y, z);
    return light;
  };

  test('a bead is the same wherever it lies, x along columns', () => {
    const [a, b] = [frameOf(70, 50, [24.3, 22.8, 1500]), frameOf(70, 50, [40.3, 25.8, 1500])];
    for (let row = 0; row < 45; row++) {
      for (let column = 0; column < 50; column++) {
        // Positions differ in their last bits.
        expect(b[(row + 3) * 70 + column + 16]).toBeCloseTo(a[row * 70 + column]!, 4);
      }
    }
  });

  test('light reaches 20 px, fades over the last 6 and leaves the rest at the background', () => {
    const light = frameOf(60, 44, [30, 21, 2000]);
    const exact = renderBead(createRadialOptics({ radiusNm: 700 }), {
      xPx: 30,
      yPx: 21,
      zNm: 2000,
      size: 60,
      pixelSizeNm: 100,
    });
    for (let row = 0; row < 44; row++) {
      for (let column = 0; column < 60; column++) {
        const distance = Math.hypot(column - 30, row - 21);
        const value = light[row * 60 + column]! - 1;
        const want = exact[row * 60 + column]! - 1;
        if (distance >= 20) expect(value).toBe(0);
        else if (distance < 14) expect(Math.abs(value - want)).toBeLessThan(0.002);
        else expect(Math.abs(value)).toBeLessThan(Math.abs(want) + 0.002);
      }
    }
  });

  test('a bead over the border is cut off there and never wraps to the other side', () => {
    const light = frameOf(64, 40, [2.5, 38.2, 1500]);
    const whole = frameOf(104, 80, [42.5, 38.2, 1500]);
    for (let row = 0; row < 40; row++) {
      for (let column = 0; column < 64; column++) {
        expect(light[row * 64 + column]).toBeCloseTo(whole[row * 104 + column + 40]!, 5);
      }
    }
  });

  test('two beads add their light', () => {
    const [a, b] = [
      [20, 20, 900],
      [31, 22, 1700],
    ] as [[number, number, number], [number, number, number]];
    const [both, first, second] = [frameOf(60, 44, a, b), frameOf(60, 44, a), frameOf(60, 44, b)];
    both.forEach((value, pixel) => {
      expect(value).toBeCloseTo(first[pixel]! + second[pixel]! - 1, 5);
    });
  });

  test('a bead beyond the heights of the tables looks as at their end; one at NaN is not drawn', () => {
    expect(frameOf(50, 40, [22, 21, 3500])).toEqual(frameOf(50, 40, [22, 21, 3000]));
    expect(frameOf(50, 40, [22, 21, -500])).toEqual(frameOf(50, 40, [22, 21, 0]));
    expect(frameOf(50, 40, [Number.NaN, Number.NaN, 1000]).every((value) => value === 1)).toBe(true);
  });
});
