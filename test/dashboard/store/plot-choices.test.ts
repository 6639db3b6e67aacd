import { expect, test, vi } from 'vitest';
import { createPlotChoices } from '../../../dashboard/store/plot-choices.ts';
import { browserStorage } from '../../support/browser-storage.ts';

const KEY = 'tweezertrack.plots';
const storage = browserStorage();

/** Choices that outlast a visit, as values. */
function lasting({ windowS, isRelative, hidden, limits } = createPlotChoices()) {
  return [windowS.value, isRelative.value, [...hidden.value], [...limits.value]];
}

const USUAL = [30, false, ['magnitudeNm', 'focusZNm'], []];

test('the first visit shows 30 s of every plot but magnitude and focus, as they are', () => {
  expect(lasting()).toEqual(USUAL);
});

test('the next visit begins with the time shown, relative or not, the plots and the limits of the last', () => {
  const choices = createPlotChoices();
  choices.windowS.value = 600;
  choices.isRelative.value = true;
  choices.hidden.value = new Set(['score', 'xPx']);
  choices.limits.value = new Map([['zNm', [-50, 1200.5]]]);
  expect(lasting()).toEqual([600, true, ['score', 'xPx'], [['zNm', [-50, 1200.5]]]]);
});

test('a plot that was shown by choice is shown the next time, and a limit that was taken back is gone', () => {
  const choices = createPlotChoices();
  choices.hidden.value = new Set();
  choices.limits.value = new Map([['zNm', [0, 1]]]);
  choices.limits.value = new Map();
  expect(lasting()).toEqual([30, false, [], []]);
});

test('a pause, a zoom and a zero do not outlast a visit', () => {
  const choices = createPlotChoices();
  choices.paused.value = new Map();
  choices.zoom.value = { fromS: 1, toS: 2 };
  choices.zeroRequests.value = 3;
  const { paused, zoom, zeroRequests } = createPlotChoices();
  expect([paused.value, zoom.value, zeroRequests.value]).toEqual([null, null, 0]);
});

test.each(['', 'null', '7', '"text"', '[]', '{', '{"windowS":31,"isRelative":1,"hidden":5,"limits":{}}'])(
  'what is not understood is as at the first visit: %s',
  (text) => {
    storage.set(KEY, text);
    expect(lasting()).toEqual(USUAL);
  },
);

test('what is understood among the rest is kept', () => {
  const limits = [['zNm', [2, 1]], ['nothing', [0, 1]], ['score', [0, 1]], ['xPx', [0, null]], 'yPx', null];
  storage.set(KEY, JSON.stringify({ windowS: 5, hidden: ['yPx', 'nothing', 3], limits }));
  expect(lasting()).toEqual([5, false, ['yPx'], [['score', [0, 1]]]]);
});

test('choices last as long as the page where storage is forbidden', () => {
  vi.stubGlobal('localStorage', undefined);
  const choices = createPlotChoices();
  choices.windowS.value = 5;
  expect(lasting(choices)).toEqual([5, false, ['magnitudeNm', 'focusZNm'], []]);
  expect(lasting()).toEqual(USUAL);
});
