import { describe, expect, test } from 'vitest';
import { ZLutError } from '#protocol/errors.ts';
import { compareZLuts } from '#zlut-tools/compare.ts';
import { heightsNm, sampledZLut } from '../support/sampled-z-lut.ts';

// The parabola between planes 20 nm apart is off by less than 0.5 nm.
const first = sampledZLut('a', heightsNm(0, 4000, 20));

describe('two Z-LUTs of one bead', () => {
  test('differ by the offset and the scale they were made with, whatever their steps', () => {
    const second = sampledZLut('b', heightsNm(500, 3500, 70), (zNm) => (zNm - 37) / 1.02);
    const { scale, offsetNm, residualNm, overlapNm, found, elsewhere, planes } = compareZLuts(first, second);
    expect([planes, found, elsewhere]).toEqual([43, 43, 0]);
    expect(Math.abs(scale - 1.02)).toBeLessThan(3e-4);
    const middleNm = (overlapNm[0] + overlapNm[1]) / 2;
    expect(Math.abs(offsetNm - (1.02 * middleNm + 37 - middleNm))).toBeLessThan(1);
    expect(overlapNm[0]).toBeCloseTo((500 - 37) / 1.02, 9);
    expect(residualNm).toBeLessThan(1);
  });

  test('of which one counts z down are turned', () => {
    const { scale, overlapNm } = compareZLuts(
      first,
      sampledZLut('b', heightsNm(500, 3500, 50), (zNm) => -zNm),
    );
    expect(scale).toBeCloseTo(-1, 3);
    expect(overlapNm).toEqual([-3500, -500]);
  });

  test('overlap only where both have planes, and there the residual is told by height', () => {
    const bent = (zNm: number) => (zNm > 3000 ? zNm + 40 * Math.sin(zNm / 40) : zNm);
    const { overlapNm, bands, residualNm } = compareZLuts(
      first,
      sampledZLut('b', heightsNm(2000, 6000, 50), bent),
    );
    expect(overlapNm[0]).toBe(2000);
    expect(overlapNm[1]).toBeLessThan(4050);
    expect(bands).toHaveLength(10);
    expect(bands[0]!.rmsNm).toBeLessThan(bands.at(-1)!.rmsNm / 3);
    const sum = bands.reduce((total, { planes, rmsNm }) => total + planes * rmsNm ** 2, 0);
    const planes = bands.reduce((total, band) => total + band.planes, 0);
    expect(Math.sqrt(sum / planes)).toBeCloseTo(residualNm, 9);
  });

  test('planes found elsewhere are counted, not fitted', () => {
    const second = sampledZLut('b', heightsNm(500, 3500, 50));
    const lost = [10, 11, 12];
    for (const plane of lost) {
      second.profiles.set(first.profiles.subarray(175 * 24, 176 * 24), plane * 24);
    }
    const { elsewhere, scale, residualNm } = compareZLuts(first, second);
    expect(elsewhere).toBe(lost.length);
    expect(scale).toBeCloseTo(1, 3);
    expect(residualNm).toBeLessThan(1);
  });
});

describe('Z-LUTs that cannot be compared are refused with both named', () => {
  const method = { stage: 'radial-profile', params: { bins: 'split', oversample: 1 }, roiSize: 48 };
  test.each([
    ['method', { ...first, name: 'b', method }, /b: expected .*nearest.* as a, received .*bins split/],
    [
      'radii',
      sampledRadii(20),
      /b: expected .*24 radii, as a, received .*20 radii; crop the larger with zlut edit --radii/,
    ],
    [
      'heights',
      sampledZLut('b', heightsNm(20_000, 20_400, 50)),
      /b: expected at least 4 planes.*0 to 4000 nm/,
    ],
  ])('by %s', (_what, second, message) => {
    expect(() => compareZLuts(first, second)).toThrow(ZLutError);
    expect(() => compareZLuts(first, second)).toThrow(message);
  });

  test('by ROI', () => {
    const small = { ...first, name: 'b', method: { ...method, roiSize: 49 } };
    expect(() => compareZLuts({ ...first, method }, small)).toThrow(/ROIs of 48 px.*ROIs of 49 px/);
  });

  function sampledRadii(radii: number) {
    const whole = sampledZLut('b', heightsNm(0, 4000, 50));
    return { ...whole, radii, profiles: whole.profiles.slice(0, whole.planes * radii) };
  }
});

test('a table that does not say its method is compared with one that says whole pixels', () => {
  const said = { stage: 'radial-profile', params: { bins: 'nearest', oversample: 1 }, roiSize: 48 };
  expect(compareZLuts(first, { ...first, method: said }).scale).toBeCloseTo(1, 3);
});
