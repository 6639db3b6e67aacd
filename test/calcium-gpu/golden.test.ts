import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GaussianOptions } from '#calcium/gaussian-filter.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { type FilterEngine, openFilterEngine } from '#calcium-gpu/filter-engine.ts';
import { gaussianFilterGpu } from '#calcium-gpu/gaussian-filter.ts';
import { medianFilterGpu } from '#calcium-gpu/median-filter.ts';
import { CalciumCall, type CalciumCase, openCalciumFolder } from '../golden/calcium-folder.ts';
import { hasGolden } from '../golden/golden-folder.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/golden/calcium', import.meta.url));
const skipReason = hasGolden(FOLDER) ? gpuSkipReason() : '../shared is absent';

/** Of the manifest: what float32 may differ by; null where only float64 is judged. */
type WithFloat32 = CalciumCase & {
  readonly tolerance_f32: { readonly rtol: number; readonly atol: number } | null;
};

describe.skipIf(skipReason)(
  `reference results of filters on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    const folder = skipReason ? null : openCalciumFolder(FOLDER);
    const casesOf = (name: string) =>
      (folder?.cases ?? []).filter((golden) => golden.function === name) as WithFloat32[];
    const blurs = casesOf('image_processing.gaussian_filter').filter((golden) => golden.tolerance_f32);
    const medians = casesOf('image_processing.median_filter');
    const onNotice = (text: string) => {
      throw new Error(text);
    };
    let engine: FilterEngine;
    beforeAll(async () => {
      engine = await openFilterEngine('gpu');
    });
    afterAll(() => engine.close());

    test('are there', () => {
      expect(blurs.length).toBeGreaterThanOrEqual(3);
      expect(medians.length).toBeGreaterThanOrEqual(6);
    });

    test.each(blurs.map((golden) => [golden.case, golden] as const))(
      '%s within float32',
      async (_, golden) => {
        const call = new CalciumCall(folder!, golden);
        const { sigma } = call.params as Required<Pick<GaussianOptions, 'sigma'>>;
        const { shape, values } = await gaussianFilterGpu(call.array('images'), engine, { sigma, onNotice });
        const want = call.stated<NdArray>('filtered');
        expect(shape).toEqual(want.shape);
        const { rtol, atol } = golden.tolerance_f32!;
        const wrong = [...want.values].filter(
          (value, index) => !(Math.abs(values[index]! - value) <= atol + rtol * Math.abs(value)),
        );
        expect(wrong).toEqual([]);
      },
    );

    test.each(medians.map((golden) => [golden.case, golden] as const))('%s to the bit', async (_, golden) => {
      const call = new CalciumCall(folder!, golden);
      const got = await medianFilterGpu(call.array('images'), engine, { mask: call.array('mask'), onNotice });
      expect(got).toEqual(call.stated<NdArray>('filtered'));
    });
  },
);
