import { describe, expect, test } from 'vitest';
import { ZLutError } from '#protocol/errors.ts';
import { createRandom } from '#simulation/random.ts';
import { createModelFit, fitModel } from '#stages/fit-model.ts';
import { countsAt, createRadialCurve, curveAt, modelRange } from '#stages/spline-model.ts';
import { type CalibrationFrame, fitZLutModel } from '#zlut-tools/fit-z-lut-model.ts';
import { smoothRings } from '../stages/ring-model.ts';

const SIZE = 36;

interface Sweep {
  framesPerPlane?: number;
  photonsPerCount?: number;
  /** px that first guesses of centers are off. */
  guessPx?: number;
  /** Share by which the lamp changes from frame to frame. */
  flicker?: number;
  /** Frame whose first guess is 6 px off. */
  astray?: number;
  /** Share of the light by which a ring is brighter along x than along y. */
  oval?: number;
}

/** Frames of rings at 21 heights from 0 to 1000 nm, the bead within a pixel of (17.6, 18.1). */
function sweep({ framesPerPlane = 6, photonsPerCount, guessPx = 0, flicker = 0, astray, oval = 0 }: Sweep) {
  const random = createRandom(6);
  const spread = () => 2 * random.uniform() - 1;
  return Array.from({ length: 21 * framesPerPlane }, (_, frame): CalibrationFrame => {
    const zNm = 50 * Math.floor(frame / framesPerPlane);
    const [xPx, yPx] = [17.6 + spread(), 18.1 + spread()];
    const gain = 1 + flicker * spread();
    const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, pixel) => {
      const [dx, dy] = [(pixel % SIZE) - xPx, Math.floor(pixel / SIZE) - yPx];
      const r = Math.hypot(dx, dy);
      const turn = Math.cos(2 * Math.atan2(dy, dx)) * Math.min(1, r / 4);
      const counts = gain * smoothRings(r, zNm) * (1 + oval * turn);
      return photonsPerCount ? random.poisson(counts * photonsPerCount) / photonsPerCount : counts;
    });
    const off = frame === astray ? 6 : 0;
    return { pixels, zNm, xPx: xPx + off + guessPx * spread(), yPx: yPx + guessPx * spread() };
  });
}

/**
 * Root mean square of what the model is off, counts, but for a gain and an offset of each height: those of the frames
 * of a height are not known from the model's.
 */
function errorOf(model: ReturnType<typeof fitZLutModel>): number {
  const curve = createRadialCurve(model.knots);
  const errors: number[] = [];
  for (let zNm = 20; zNm < 1000; zNm += 60) {
    curveAt(model, zNm, curve);
    const radii = Array.from({ length: 50 }, (_, index) => 0.3 * index);
    const fitted = radii.map((r) => countsAt(curve, r / model.knotPx));
    const truth = radii.map((r) => smoothRings(r, zNm));
    const [fittedMean, truthMean] = [mean(fitted), mean(truth)];
    const slope =
      mean(fitted.map((counts, at) => counts * (truth[at]! - truthMean))) /
      mean(truth.map((counts) => counts * (counts - truthMean)));
    errors.push(...fitted.map((counts, at) => counts - fittedMean - slope * (truth[at]! - truthMean)));
  }
  return Math.sqrt(mean(errors.map((error) => error * error)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('a model of a sweep', () => {
  test('is that of the bead, though the centers were guessed half a pixel off and the lamp flickers', () => {
    const model = fitZLutModel(sweep({ guessPx: 0.5, flicker: 0.01 }), { size: SIZE, name: 'rings' });
    // counts of 1000
    expect(errorOf(model)).toBeLessThan(0.3);
    expect(modelRange(model)).toEqual([0, 1000]);
    // px: the nearest corner of a bead within 1.1 px of a middle at 17.5
    expect(model.reachPx).toBeGreaterThan(22.7);
    expect(model.reachPx).toBeLessThan(24.5);
  });

  test('knows the photons a count takes, and averages their noise over the frames', () => {
    const model = fitZLutModel(sweep({ photonsPerCount: 0.4, guessPx: 0.1 }), { size: SIZE, name: 'rings' });
    expect(Math.abs(model.cameraGain / 2.5 - 1)).toBeLessThan(0.04);
    // counts: one pixel has 50, a ring of six frames a tenth of that; 6.8 where its bends along z are not held down
    expect(errorOf(model)).toBeLessThan(6);
  });

  test('knows them from rings that are not round, too: what those leave is no noise', () => {
    const model = fitZLutModel(sweep({ photonsPerCount: 0.4, oval: 0.08 }), { size: SIZE, name: 'rings' });
    // Share: neighbors differ by their noise and, near the center, a little by the ovals; those as noise make it 3.
    expect(Math.abs(model.cameraGain / 2.5 - 1)).toBeLessThan(0.12);
    const chiSquareds = sweep({ photonsPerCount: 0.4, oval: 0.08, framesPerPlane: 1 }).map((frame) => {
      const fit = createModelFit();
      fit.state.set([frame.xPx, frame.yPx, frame.zNm, 1]);
      const pixels = Float64Array.from(frame.pixels);
      const image = { pixels, size: SIZE, noise: model, saturation: Number.POSITIVE_INFINITY, unknowns: 5 };
      expect(fitModel(image, model, 6, false, fit)).toBe(true);
      return fit.chiSquared;
    });
    // Variances: 50 counts of noise and 80 / sqrt(2) of ovals.
    expect(mean(chiSquareds)).toBeGreaterThan(1.8);
    // Between single frames they differ by a tenth.
    expect(Math.abs(1 + model.misfit - mean(chiSquareds))).toBeLessThan(0.2);
    expect(fitZLutModel(sweep({ photonsPerCount: 0.4 }), { size: SIZE, name: 'rings' }).misfit).toBeLessThan(
      0.05,
    );
  });

  test('a frame whose center was guessed 6 px off starts from the others', () => {
    const rounds: number[] = [];
    const onRound = (round: number) => rounds.push(round);
    const frames = sweep({ guessPx: 0.1, astray: 40 });
    expect(errorOf(fitZLutModel(frames, { size: SIZE, name: 'rings', onRound }))).toBeLessThan(1);
    expect(rounds).toEqual([0, 1, 2, 3]);
  });

  test('saturated pixels are left out', () => {
    const frames = sweep({});
    const limit = 1300;
    for (const { pixels } of frames) {
      for (let pixel = 0; pixel < pixels.length; pixel++) {
        (pixels as Float64Array)[pixel] = Math.min(limit, pixels[pixel]!);
      }
    }
    const model = fitZLutModel(frames, { size: SIZE, name: 'rings', saturation: limit });
    const curve = createRadialCurve(model.knots);
    curveAt(model, 500, curve);
    for (let r = 2.5; r < 15; r += 0.5) {
      // counts: nothing pulls where the limit does not reach
      expect(Math.abs(countsAt(curve, r / model.knotPx) - smoothRings(r, 500))).toBeLessThan(4);
    }
  });

  test('seven heights make none', () => {
    const frames = sweep({}).filter(({ zNm }) => zNm < 350);
    expect(() => fitZLutModel(frames, { size: SIZE, name: 'rings' })).toThrow(ZLutError);
  });
});
