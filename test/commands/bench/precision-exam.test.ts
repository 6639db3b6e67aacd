import { expect, test } from 'vitest';
import { examFrames, examResults, examText } from '#tracker/commands/bench/precision-exam.ts';
import { precisionPoint as point } from '../../support/precision-point.ts';

test('an exam has at least the frames that were asked for, as many at every point', () => {
  const grid = {
    presets: ['fast' as const],
    radiiNm: [1500, 500],
    zNm: Array.from({ length: 21 }, (_, index) => 500 * index),
    photons: [200, 1000, 10_000],
    rois: [64],
    seed: 0,
    sweepZNm: [0, 1000] as const,
    framesPerPlane: 16,
  };
  expect(examFrames(grid, 100_000)).toBe(794);
  expect(examFrames(grid, 126)).toBe(1);
});

test('adds up what each preset lost and got wrong', () => {
  const points = [
    point({ preset: 'fast', lost: 1, false: 0, flagged: 4 }),
    point({ preset: 'fast', lost: 2, false: 3, flagged: 5, zNm: 1000 }),
    point({ preset: 'quadrant', lost: 0, false: 0, flagged: 0, sigmaSpread: 0.6 }),
    point({ preset: 'quadrant', lost: 0, false: 0, flagged: 0, sigmaSpread: 0.8, zNm: 1000 }),
  ];
  const [fast, quadrant] = examResults(points, 500);
  expect(fast).toEqual({
    ...{ preset: 'fast', frames: 1000, lost: 3, false: 3, flagged: 9, lostPer10000: 30 },
    ...{ sigmaSpread: null, sigmaSpreads: null },
  });
  expect(quadrant).toMatchObject({ frames: 1000, lost: 0, lostPer10000: 0, sigmaSpreads: [0.6, 0.8] });
  expect(quadrant!.sigmaSpread).toBeCloseTo(Math.SQRT1_2, 9);
  expect(examText([fast!, quadrant!])).toBe(
    [
      'fast: of 1000 frames 3 lost (30.00 in 10,000), 3 false, 9 flagged',
      'quadrant: of 1000 frames 0 lost (0.00 in 10,000), 0 false, 0 flagged; error over stated sigma 0.707 (0.60 to 0.80)',
    ].join('\n'),
  );
});
