import { expect, test } from 'vitest';
import { rememberedContrast } from '../../../dashboard/camera/remembered-contrast.ts';
import { AUTOMATIC_CONTRAST } from '../../../dashboard/link/picture-wish.ts';
import { browserStorage } from '../../support/browser-storage.ts';

const storage = browserStorage();

test('the first visit finds black and white by itself', () => {
  expect(rememberedContrast('/').value).toEqual(AUTOMATIC_CONTRAST);
});

test('the next visit has the counts and the gamma of the last, each camera its own', () => {
  const window = { black: 120, white: 3000.5, gamma: 2 ** -0.5 };
  rememberedContrast('/').value = window;
  expect(rememberedContrast('/').value).toEqual(window);
  expect(rememberedContrast('/camera/side/').value).toEqual(AUTOMATIC_CONTRAST);
  rememberedContrast('/').value = { ...AUTOMATIC_CONTRAST, gamma: 4 };
  expect(rememberedContrast('/').value).toEqual({ ...AUTOMATIC_CONTRAST, gamma: 4 });
});

test.each([
  '',
  'null',
  '7',
  '[]',
  '{',
  '{"black":3}',
  '{"black":9,"white":9}',
  '{"gamma":0}',
  '{"gamma":"2"}',
])('what is not understood is as at the first visit: %s', (text) => {
  storage.set('tweezertrack.contrast/', text);
  expect(rememberedContrast('/').value).toEqual(AUTOMATIC_CONTRAST);
});

test('what is understood among the rest is kept', () => {
  storage.set('tweezertrack.contrast/', '{"black":5,"white":4,"gamma":2}');
  expect(rememberedContrast('/').value).toEqual({ ...AUTOMATIC_CONTRAST, gamma: 2 });
});
