import { expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { statusTone, statusWords } from '../../../dashboard/words/status-tone.ts';

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

test('a poor fit alone is a doubt, with anything else it is a warning', () => {
  expect(statusTone(TRACK_STATUS['poor-fit'])).toBe('doubt');
  expect(statusTone(TRACK_STATUS['poor-fit'] | TRACK_STATUS['no-zlut'])).toBe('doubt');
  expect(statusTone(TRACK_STATUS['poor-fit'] | TRACK_STATUS.saturated)).toBe('warning');
});

test('every status is said in words', () => {
  expect(statusWords(0)).toBe('ok');
  expect(statusWords(TRACK_STATUS['poor-fit'] | TRACK_STATUS.saturated)).toBe('saturated, poor fit');
  for (const bit of Object.values(TRACK_STATUS)) expect(statusWords(bit)).toMatch(/^[a-zA-Z -]+$/);
});
