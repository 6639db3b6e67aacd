import { type Command, Option } from 'commander';
import { MOVIE_FORMATS, MOVIE_SUBJECTS, type MovieFormat, type MovieSubject } from '#protocol/movie.ts';
import type { Config } from '../config.ts';
import { duration } from './options.ts';

/** Options of a tracker that films. */
export interface MovieOptions {
  movie?: MovieSubject;
  movieFormat?: MovieFormat;
  /** ms */
  keepLast?: number;
}

/** Adds them to a command. */
export function withMovieOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--movie <what>', 'film whole frames, or the ROIs of the beads').choices(MOVIE_SUBJECTS),
    )
    .addOption(new Option('--movie-format <format>', 'of movies').choices(MOVIE_FORMATS))
    .option(
      '--keep-last <time>',
      'keep the last frames in memory, e.g. 10s, for the dashboard to save',
      duration,
    );
}

/** The settings with what the command line says of movies on top. */
export function movieConfig(config: Config, { keepLast, movie, movieFormat }: MovieOptions): Config {
  const { format, lastS, record } = config.movie;
  return {
    ...config,
    movie: {
      ...config.movie,
      record: movie ?? record,
      format: movieFormat ?? format,
      lastS: keepLast === undefined ? lastS : keepLast / 1000,
    },
  };
}
