import { expect, test } from 'vitest';
import { mean, populationStd } from '#calcium/statistics.ts';
import { loadBrukerTifs, openBrukerSeries } from '#calcium-files/bruker-series.ts';
import { realFolder } from './real-recording.ts';

const film = realFolder('ca_bruker_1plane');
const volumes = realFolder('ca_bruker_4planes');

/** Half of the last digit of a mean in the expectations. */
const DIGIT = 5e-5;

test.skipIf(film.absent)(`a film without its first image: ten frames in order${film.skipped}`, async () => {
  const {
    stack_shape: shape,
    frame_means: means,
    stats,
  } = film.expected<{
    stack_shape: number[];
    frame_means: number[];
    stats: { std: number; mean: number };
  }>();
  const images = await loadBrukerTifs(await openBrukerSeries(film.path('')));
  expect(images.shape).toEqual(shape);
  const pixels = images.values.length / means.length;
  for (const [frame, wanted] of means.entries()) {
    const found = mean(images.values.subarray(frame * pixels, (frame + 1) * pixels));
    expect(Math.abs(found - wanted), `frame ${frame}`).toBeLessThanOrEqual(DIGIT);
  }
  expect(Math.abs(populationStd(images.values) - stats.std)).toBeLessThanOrEqual(DIGIT);
});

test.skipIf(volumes.absent)(
  `ten volumes of four planes beside other documents and pictures${volumes.skipped}`,
  async () => {
    const { stack_shape: shape, mean_per_cycle_plane: means } = volumes.expected<{
      stack_shape: number[];
      mean_per_cycle_plane: number[][];
    }>();
    const series = await openBrukerSeries(volumes.path(''));
    const [frames, planes, height, width] = shape;
    expect(series).toMatchObject({ frames, planes, height, width, channels: [2], notes: [] });
    for (let plane = 0; plane < planes!; plane++) {
      const { values } = await loadBrukerTifs(series, { plane });
      const pixels = height! * width!;
      for (const [frame, wanted] of means.entries()) {
        const found = mean(values.subarray(frame * pixels, (frame + 1) * pixels));
        expect(Math.abs(found - wanted[plane]!), `volume ${frame}`).toBeLessThanOrEqual(DIGIT);
        expect(series.place(0, plane, frame).name).toContain(`Cycle000${String(frame + 2).padStart(2, '0')}`);
      }
    }
  },
);
