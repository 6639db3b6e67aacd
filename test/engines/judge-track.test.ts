import { describe, expect, test } from 'vitest';
import { type JudgedTrack, judgeTrack } from '#engines/judge-track.ts';
import { describeStatus, TRACK_STATUS } from '#protocol/track-status.ts';

const GOOD: JudgedTrack = {
  xPx: 31,
  yPx: 33,
  zNm: 5000,
  size: 64,
  darkest: 10,
  brightest: 200,
  saturation: 255,
  hasZLut: true,
  looksUpZ: true,
  stageStatus: 0,
};

function judged(changes: Partial<JudgedTrack>): string {
  return describeStatus(judgeTrack({ ...GOOD, ...changes }));
}

describe('the status of a track', () => {
  test('is ok for a bead in the middle, and names every reason for a NaN', () => {
    expect(judged({})).toBe('ok');
    expect(judged({ zNm: Number.NaN })).toBe('out-of-range');
    expect(judged({ zNm: Number.NaN, hasZLut: false })).toBe('no-zlut');
    expect(judged({ xPx: Number.NaN, zNm: Number.NaN })).toBe('lost');
    expect(judged({ brightest: 10, xPx: Number.NaN, yPx: Number.NaN, zNm: Number.NaN })).toBe(
      'no-light+lost',
    );
  });

  test('has the bits that the stages set', () => {
    expect(judged({ stageStatus: TRACK_STATUS['lut-end'] })).toBe('lut-end');
    expect(judged({ stageStatus: TRACK_STATUS.ambiguous, brightest: 255 })).toBe('saturated+ambiguous');
  });

  test('of a bead unlike its Z-LUT is unsure, not out of range', () => {
    expect(judged({ stageStatus: TRACK_STATUS.unsure, zNm: Number.NaN })).toBe('unsure');
  });

  test('says when a bead is far from the middle of its ROI', () => {
    expect(judged({ xPx: 45 })).toBe('roi-edge');
    expect(judged({ yPx: 18 })).toBe('roi-edge');
    expect(judged({ xPx: 44 })).toBe('ok');
  });
});
