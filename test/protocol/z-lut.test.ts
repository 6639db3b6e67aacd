import { describe, expect, test } from 'vitest';
import { ZLutError } from '#protocol/errors.ts';
import { assertZLutFits, type ProfileMethod, type ZLut } from '#protocol/z-lut.ts';
import { parsePlan, planMethod } from '#stages/plan.ts';

const zLut: ZLut = {
  name: 'bead.zlut.npy',
  planes: 8,
  radii: 32,
  planeZNm: Float64Array.from({ length: 8 }, (_, plane) => 50 * plane),
  profiles: new Float64Array(8 * 32),
};

function methodOf(params: Record<string, unknown>, roiSize = 64) {
  return planMethod(parsePlan([{ stage: 'center-of-mass' }, { stage: 'radial-profile', params }]), roiSize)!;
}

function check(made: ProfileMethod | undefined, params: Record<string, unknown>, roiSize = 64) {
  return () => assertZLutFits(made ? { ...zLut, method: made } : zLut, 3, methodOf(params, roiSize));
}

describe('a Z-LUT', () => {
  test('of the same method and radii is taken, whatever parameters that method does not use', () => {
    expect(check(methodOf({ bins: 'split' }), { bins: 'split', radialSteps: 2 })).not.toThrow();
    expect(check(methodOf({ bins: 'nearest' }), {})).not.toThrow();
  });

  test('of another method is refused, naming both and the remedy', () => {
    expect(check(methodOf({ bins: 'split' }), {})).toThrow(ZLutError);
    expect(check(methodOf({ bins: 'split' }), {})).toThrow(
      /bead 3 Z-LUT bead.zlut.npy: expected .*bins nearest.*received .*bins split.*; build the Z-LUT/,
    );
    expect(check(methodOf({ bins: 'interpolate', angularDensity: 1 }), { bins: 'interpolate' })).toThrow(
      /angularDensity 0.7.*angularDensity 1,/,
    );
  });

  test('that does not say its method is of nearest bins', () => {
    expect(check(undefined, {})).not.toThrow();
    expect(check(undefined, { bins: 'split' })).toThrow(/bins split.*does not say how.*; build the Z-LUT/);
  });

  test('of another ROI size is refused with both numbers of radii', () => {
    expect(check(undefined, {}, 80)).toThrow(/expected 40 radii for its ROI of 80 px.*32 radii.*64 px/);
  });

  test('fits anything where the pipeline makes no profiles', () => {
    expect(() =>
      assertZLutFits(zLut, 3, planMethod(parsePlan([{ stage: 'center-of-mass' }]), 64)),
    ).not.toThrow();
  });
});
