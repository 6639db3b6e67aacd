import { Command } from 'commander';
import { expect, test } from 'vitest';
import { type MovieOptions, movieConfig, withMovieOptions } from '#tracker/commands/movie-options.ts';
import { defaultConfig } from '#tracker/config.ts';

const parse = (...words: string[]) =>
  withMovieOptions(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
    .parse(words, { from: 'user' })
    .opts<MovieOptions>();

test('what the command line says of movies goes before the settings', () => {
  const config = defaultConfig();
  config.movie.every = 3;
  expect(movieConfig(config, parse()).movie).toEqual(config.movie);
  expect(
    movieConfig(config, parse('--movie', 'rois', '--movie-format', 'zarr', '--keep-last', '10s')).movie,
  ).toEqual({ ...config.movie, record: 'rois', format: 'zarr', lastS: 10 });
});

test.each([
  ['--movie', 'all'],
  ['--movie-format', 'avi'],
  ['--keep-last', '10'],
])('%s %s is refused', (...words) => {
  expect(() => parse(...words)).toThrow(/invalid/);
});
