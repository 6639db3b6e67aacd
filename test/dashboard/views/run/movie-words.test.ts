import { expect, test } from 'vitest';
import type { FilmState, KeptState, MovieState } from '#protocol/movie.ts';
import { filmWords, keptWords, shortWords } from '../../../../dashboard/views/run/movie-words.ts';

const FILM: FilmState = {
  file: '/runs/a/movie.tif',
  frames: 1204,
  waiting: 0,
  lost: 0,
  bytes: 2.5e9,
  bytesPerS: 0,
};
const KEPT: KeptState = {
  ...{ lastS: 10, subject: 'frames', frames: 100, seconds: 9.9, bytes: 100 * 2 ** 20 },
  ...{ maxMemoryMiB: 1024, lost: 0, saving: null, file: null },
};
const movie = (film: Partial<FilmState>, kept: Partial<KeptState> = {}): MovieState => ({
  ...{ record: 'frames', format: 'tiff', every: 1 },
  film: { ...FILM, ...film },
  kept: { ...KEPT, ...kept },
});

test('a film tells its frames and size, and its rate and what waits where there are any', () => {
  expect(filmWords(movie({}))).toBe('1,204 frames · 2.5 GB');
  expect(filmWords(movie({ bytesPerS: 210e6, waiting: 3 }))).toBe(
    '1,204 frames · 2.5 GB · 210 MB/s · 3 waiting',
  );
});

test('what is kept tells how long it lasts', () => {
  expect(keptWords(movie({}))).toBe('9.9 s, 100 frames, 105 MB');
});

test('less than was asked for is explained only where memory is full', () => {
  expect(shortWords(movie({}))).toBeNull();
  expect(shortWords(movie({}, { seconds: 4, maxMemoryMiB: 100 }))).toBe('100 MiB hold no more');
  // It has only just begun.
  expect(shortWords(movie({}, { seconds: 4 }))).toBeNull();
  expect(shortWords(movie({}, { frames: 1, seconds: 0, maxMemoryMiB: 1 }))).toBeNull();
});
