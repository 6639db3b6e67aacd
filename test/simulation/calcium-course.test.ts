import { expect, test } from 'vitest';
import { type CalciumCourseParams, createCalciumCourse } from '#simulation/calcium-course.ts';

const PARAMS: CalciumCourseParams = {
  ...{ cells: 4, source: 'poisson', rateHz: 0.3, seed: 5 },
  ...{ fps: 2000, riseS: 0.06, decayS: 0.7, amplitude: 0.4, bleachingPerS: 0.01, motionPx: 0.5 },
};

/** dF/F and spikes of a cell in every frame. */
function film(params: CalciumCourseParams, frames: number, cell = 0) {
  const course = createCalciumCourse(params);
  return Array.from({ length: frames }, () => {
    const frame = { dff: course.dff[cell]!, spikes: course.spikes[cell]! };
    course.advance();
    return frame;
  });
}

test('dF/F is the sum of one kernel for every spike, whose peak is the amplitude', () => {
  const { fps, riseS, decayS, amplitude } = PARAMS;
  const kernel = (timeS: number) => Math.exp(-timeS / decayS) - Math.exp(-timeS / riseS);
  let peak = 0;
  for (let timeS = 0; timeS < decayS; timeS += 1e-4) peak = Math.max(peak, kernel(timeS));
  const frames = film(PARAMS, 25 * fps);
  const spikes = frames.flatMap(({ spikes }, frame) => (spikes > 0 ? [{ frame, spikes }] : []));
  expect(spikes.length).toBeGreaterThan(2);
  // What came before frame 0 is gone after 10 s, 14 decays.
  for (let frame = 10 * fps; frame < frames.length; frame += 37) {
    let sum = 0;
    for (const one of spikes) {
      // Somewhere between two frames: half a frame, 0.25 ms, before the one that counts it.
      if (one.frame <= frame) sum += one.spikes * kernel((frame - one.frame + 0.5) / fps);
    }
    // 0.25 ms over the rise of 60 ms is 0.4 % of the amplitude.
    expect(Math.abs(frames[frame]!.dff - (amplitude * sum) / peak)).toBeLessThan(0.005 * amplitude);
  }
});

test('saturation bends dF/F, least where there is little', () => {
  const free = film({ ...PARAMS, fps: 100 }, 3000);
  const bent = film({ ...PARAMS, fps: 100, saturation: 2 }, 3000);
  free.forEach(({ dff }, frame) => {
    expect(bent[frame]!.dff).toBeCloseTo((2 * dff) / (2 + dff), 12);
  });
});

test('calcium is as usual from the first frame on', () => {
  const many = { ...PARAMS, fps: 30, cells: 400, rateHz: 2 };
  const course = createCalciumCourse(many);
  const first = course.dff.reduce((sum, dff) => sum + dff, 0) / 400;
  let mean = 0;
  for (let frame = 0; frame < 3000; frame++) {
    course.advance();
    mean += course.dff.reduce((sum, dff) => sum + dff, 0) / 400 / 3000;
  }
  // Mean 0.69 with 0.49 rms of a cell: of 400 cells in one frame 0.025.
  expect(Math.abs(first - mean)).toBeLessThan(0.1);
});

test('light bleaches by its share a second', () => {
  const course = createCalciumCourse({ ...PARAMS, fps: 10 });
  expect(course.left).toBe(1);
  for (let frame = 0; frame < 100; frame++) course.advance();
  expect(course.left).toBeCloseTo(0.99 ** 10, 12);
});

test('the scene wanders, never farther than it may', () => {
  const course = createCalciumCourse({ ...PARAMS, fps: 30, motionPx: 0.5 });
  let farthest = 0;
  let steps = 0;
  for (let frame = 0; frame < 9000; frame++) {
    const [x] = course.shiftPx;
    course.advance();
    farthest = Math.max(farthest, ...course.shiftPx.map(Math.abs));
    steps = Math.max(steps, Math.abs(course.shiftPx[0] - x));
  }
  expect(farthest).toBeGreaterThan(0.4);
  expect(farthest).toBeLessThanOrEqual(0.5);
  // 0.15 px after a second: 0.027 rms a frame, of which five sigmas.
  expect(steps).toBeLessThan(0.15);
});

test('neuropil changes slowly about 1', () => {
  const course = createCalciumCourse({ ...PARAMS, fps: 10 });
  const values = Array.from({ length: 20_000 }, () => {
    course.advance();
    return course.neuropil;
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  // 2000 s with some 10 s of memory are 200 independent values: 0.15 / sqrt(200) is 0.011.
  expect(Math.abs(mean - 1)).toBeLessThan(0.04);
  expect(Math.abs(sd - 0.15)).toBeLessThan(0.03);
  const steps = values.slice(1).map((value, frame) => Math.abs(value - values[frame]!));
  // 0.15 x 0.1 s / 5 s is 0.003 rms; of 20,000 the largest has four times that.
  expect(Math.max(...steps)).toBeLessThan(0.015);
});
