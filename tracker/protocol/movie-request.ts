import { z } from 'zod';
import { MOVIE_FORMATS, MOVIE_SUBJECTS } from './movie.ts';

const id = z.number().int();

/** Bounds of what may be asked of movies, as settings and requests have them. */
export const movieFields = {
  record: z.enum(['off', ...MOVIE_SUBJECTS]),
  format: z.enum(MOVIE_FORMATS),
  every: z.number().int().min(1).max(100_000),
  lastS: z.number().min(0).max(3600),
  lastOf: z.enum(MOVIE_SUBJECTS),
};

/** What an operator may ask of movies. */
export const movieRequests = [
  /** What is left out stays as it is. */
  z.strictObject({ type: z.literal('set-movie'), id, choices: z.strictObject(movieFields).partial() }),
  z.strictObject({ type: z.literal('save-last'), id }),
] as const;

export type MovieRequest = z.output<(typeof movieRequests)[number]>;
export type MovieChoices = Extract<MovieRequest, { type: 'set-movie' }>['choices'];

const MOVIE_REQUESTS: ReadonlySet<string> = new Set(movieRequests.map(({ shape }) => shape.type.value));

/** Whether a request is about movies. */
export function isMovieRequest(request: { type: string }): request is MovieRequest {
  return MOVIE_REQUESTS.has(request.type);
}
