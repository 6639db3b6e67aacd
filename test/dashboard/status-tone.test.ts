import { expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { statusTone } from '../../dashboard/status-tone.ts';

test('a bead without x and y is lost, whatever else is the matter', () => {
  expect(statusTone(TRACK_STATUS.lost)).toBe('lost');
  expect(statusTone(TRACK_STATUS['no-light'] | TRACK_STATUS.saturated)).toBe('lost');
});

test('out of range, at the edge and saturated call for a look, no Z-LUT does not', () => {
  expect(statusTone(TRACK_STATUS['out-of-range'])).toBe('warning');
  expect(statusTone(TRACK_STATUS['roi-edge'])).toBe('warning');
  expect(statusTone(TRACK_STATUS['no-zlut'] | TRACK_STATUS.saturated)).toBe('warning');
  expect(statusTone(TRACK_STATUS['no-zlut'])).toBe('ok');
  expect(statusTone(0)).toBe('ok');
});
