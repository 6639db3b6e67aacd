import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '#engines/reference.ts';
import { presetPlan } from '#stages/presets.ts';
import { readRealFrames } from '#tracker/commands/bench/real-frames.ts';
import { REAL_SERIES } from '#tracker/commands/bench/real-recordings.ts';
import { agreement, scoreSeries, trackSeries } from '#tracker/commands/bench/real-series.ts';
import { realFolder } from './real-recording.ts';

const series = REAL_SERIES.find(({ bead }) => bead === 'reference bead')!;
const data = realFolder(series.name);

// 248 frames of 55 x 55 px at 133 nm/px, without a focal sweep: x and y by a model of the recording itself.
describe.skipIf(data.absent)(`maximum likelihood on a real bead at one focus${data.skipped}`, () => {
  test('finds it in every frame, as near the published tracks as quadrant, and states no less than its noise', async () => {
    const frames = await readRealFrames(data.path(series.file), series.first);
    const engine = createReferenceEngine();
    const precise = await trackSeries(engine, presetPlan('precise'), frames);
    const quadrant = await trackSeries(engine, presetPlan('quadrant'), frames);
    await engine.close();
    const published = series.publishedOf(data.expected());
    const score = scoreSeries(precise);
    expect(score.found).toBe(248);
    // px: 0.067 measured; the published tracks follow the edge of the bead.
    expect(agreement(precise.table, published)).toBeLessThan(0.08);
    expect(agreement(precise.table, published)).toBeLessThan(1.2 * agreement(quadrant.table, published));
    // The rings are not those of a round bead at one height: chi-squared says so, and sigma allows for it.
    expect(score.chiSquared).toBeGreaterThan(1.4);
    expect(score.sigmaPx).toBeGreaterThan(0.01);
    expect(score.sigmaPx).toBeLessThan(0.05);
    // Noise alone, which two halves of the pixels do not share, is less.
    expect(score.halvesSpread).toBeGreaterThan(0.1);
    expect(score.halvesSpread).toBeLessThan(0.6);
  });
});
