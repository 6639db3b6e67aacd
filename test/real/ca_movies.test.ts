import { expect, test } from 'vitest';
import { cellTraces } from '#calcium/cell-traces.ts';
import { maskAbove } from '#calcium/masks.ts';
import { projectImages } from '#calcium/projections.ts';
import { connectedRegions } from '#calcium/regions.ts';
import { mean, percentile, populationStd } from '#calcium/statistics.ts';
import { loadImages } from '#calcium-files/load-images.ts';
import { realFolder } from './real-recording.ts';

const mouse = realFolder('ca_mouse_thunder');
const sima = realFolder('ca_sima_example');

interface MouseTruth {
  shape: number[];
  stats: { mean: number; std: number };
  brightest_std_pixels: {
    centre_row_col: [number, number];
    f0_p20: number;
    max_dff: number;
    argmax_frame: number;
  }[];
}

/** Half of the last digit of the expectations. */
const DIGIT = 5e-5;

test.skipIf(mouse.absent)(
  `15 cells of a mouse have the dF/F of NumPy, up to 2.03${mouse.skipped}`,
  async () => {
    const { shape, stats, brightest_std_pixels: cells } = mouse.expected<MouseTruth>();
    const images = await loadImages(mouse.path('mouse_000_332.tif'));
    expect(images.shape).toEqual(shape);
    expect(images.values).toBeInstanceOf(Int16Array);
    expect(Math.abs(mean(images.values) - stats.mean)).toBeLessThanOrEqual(DIGIT);
    expect(Math.abs(populationStd(images.values) - stats.std)).toBeLessThanOrEqual(DIGIT);

    const [frames, rows, columns] = shape as [number, number, number];
    expect(cells).toHaveLength(15);
    for (const { centre_row_col: center, f0_p20: f0, max_dff: most, argmax_frame: when } of cells) {
      const labels = new Int32Array(rows * columns);
      for (const dy of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) labels[(center[0] + dy) * columns + center[1] + dx] = 1;
      }
      const { values } = cellTraces(images, { shape: [rows, columns], values: labels }, 1).traces;
      expect(values).toHaveLength(frames);
      const level = percentile(values, 20);
      expect(Math.abs(level - f0), `${center}`).toBeLessThanOrEqual(DIGIT);
      const dff = values.map((value) => value / level - 1);
      expect(Math.abs(dff[when]! - most), `${center}`).toBeLessThanOrEqual(DIGIT);
      expect(Math.max(...dff)).toBe(dff[when]);
    }
  },
);

test.skipIf(mouse.absent)(
  `most of the 15 active cells stand 2 sigma above the rest of the std projection${mouse.skipped}`,
  async () => {
    const images = await loadImages(mouse.path('mouse_000_332.tif'));
    const { mask } = maskAbove(projectImages(images, 'std'), { method: 'sigma', value: 2 });
    const { labels } = connectedRegions(mask, 4);
    const { brightest_std_pixels: cells } = mouse.expected<MouseTruth>();
    const found = cells.map(({ centre_row_col: [row, column] }) => labels.values[row * 64 + column]!);
    expect(found.filter((label) => label > 0).length).toBeGreaterThanOrEqual(8);
    expect(new Set(found).size - 1).toBeGreaterThanOrEqual(5);
  },
);

test.skipIf(sima.absent)(`20 pages have the means of NumPy${sima.skipped}`, async () => {
  const { shape, page_means: means } = sima.expected<{ shape: number[]; page_means: number[] }>();
  const images = await loadImages(sima.path('example.tif'));
  expect(images.shape).toEqual(shape);
  const pixels = shape[1]! * shape[2]!;
  for (const [frame, wanted] of means.entries()) {
    const found = mean(images.values.subarray(frame * pixels, (frame + 1) * pixels));
    expect(Math.abs(found - wanted), `frame ${frame}`).toBeLessThanOrEqual(DIGIT);
  }
});
