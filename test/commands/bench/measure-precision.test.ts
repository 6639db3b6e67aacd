import { describe, expect, test } from 'vitest';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { measurePrecision, type PrecisionPoint } from '#tracker/commands/bench/measure-precision.ts';
import { precisionGrid } from '#tracker/commands/bench/precision.ts';

const SIZE = 32;

describe('measured points', () => {
  const grid = {
    ...precisionGrid({}),
    radiiNm: [500],
    photons: [1000],
    rois: [SIZE],
    frames: 40,
    sweepZNm: [1000, 3000] as const,
    framesPerPlane: 4,
  };
  const measure = async (changes: Partial<typeof grid>) => {
    const engine = createWasmEngine();
    const points: PrecisionPoint[] = [];
    for await (const point of measurePrecision(() => engine, { ...grid, ...changes })) points.push(point);
    await engine.close();
    return points;
  };
  const errors = ({ usPerRoi: _, ...rest }: PrecisionPoint) => rest;

  test('quadrant is nearer the bound than magtrack, and neither below it', async () => {
    const points = await measure({ presets: ['magtrack', 'quadrant'], zNm: [2000] });
    expect(points.map(({ preset }) => preset)).toEqual(['magtrack', 'quadrant']);
    const [magtrack, quadrant] = points;
    for (const { xyOverBound, zOverBound } of points) {
      // 40 frames: 1 +- 0.08 and 0.11 at the bound, at 3 standard deviations.
      expect(xyOverBound).toBeGreaterThan(0.76);
      expect(zOverBound).toBeGreaterThan(0.67);
    }
    expect(quadrant!.xyOverBound).toBeLessThan(2);
    expect(quadrant!.zOverBound).toBeLessThan(2);
    expect(magtrack!.zOverBound).toBeGreaterThan(1.5 * quadrant!.zOverBound);
    expect(quadrant).toMatchObject({
      lost: 0,
      false: 0,
      planes: 41,
      photons: 1000,
      roi: SIZE,
      radiusNm: 500,
    });
  });

  test('are the same alone as among others, and others for another seed', async () => {
    const presets = ['fast'] as const;
    const among = await measure({ presets, zNm: [1800, 2200], photons: [300, 1000] });
    const [alone] = await measure({ presets, zNm: [2200], photons: [1000] });
    expect(errors(among[3]!)).toEqual(errors(alone!));
    const [other] = await measure({ presets, zNm: [2200], photons: [1000], seed: 1 });
    expect(other!.xyOverBound).not.toBe(alone!.xyOverBound);
    expect(other!.boundZNm).toBe(alone!.boundZNm);
  });
});
