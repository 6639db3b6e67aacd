import { expect, test } from 'vitest';
import { scoreOf } from '#zlut-tools/check-score.ts';

const PERFECT = {
  usefulShare: 1,
  errorShare: 0.01,
  risingShare: 1,
  spanPlanes: 6,
  rejectedShare: 0,
  ambiguousShare: 0,
};

test('a Z-LUT without a fault has all points', () => {
  expect(scoreOf(PERFECT)).toMatchObject({ score: 100, verdict: 'good' });
});

test('what could not be measured is not good, however well the rest looks', () => {
  expect(scoreOf({ ...PERFECT, errorShare: Number.NaN })).toMatchObject({ score: 74, verdict: 'fair' });
  expect(scoreOf({ ...PERFECT, rejectedShare: Number.NaN })).toMatchObject({ score: 100, verdict: 'good' });
});

test('planes that resemble others are not good either', () => {
  expect(scoreOf({ ...PERFECT, ambiguousShare: 0.06 })).toMatchObject({ score: 74, verdict: 'fair' });
});
