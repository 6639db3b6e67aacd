import { z } from 'zod';
import { ProtocolError } from './errors.ts';
import { MAX_WATCHED_BEADS } from './live.ts';
import { MAX_WINDOW_POINTS } from './recordings.ts';

const number = z.coerce.number();

const windowQuery = z.strictObject({
  beads: z
    .string()
    .regex(/^\d{1,10}(,\d{1,10})*$/, 'bead ids joined by commas')
    .transform((ids) => [...new Set(ids.split(',').map(Number))])
    .refine((ids) => ids.length <= MAX_WATCHED_BEADS, `at most ${MAX_WATCHED_BEADS} beads`),
  fromS: number.min(-1e9).max(1e9),
  toS: number.min(-1e9).max(1e9),
  points: number.int().min(2).max(MAX_WINDOW_POINTS),
});

/** A part of a recording that is asked for. */
export type WindowQuery = z.output<typeof windowQuery>;

/**
 * Checks the query of a window: `beads=0,3&fromS=0&toS=10&points=2000`.
 * @throws {ProtocolError} naming the field
 */
export function parseWindowQuery(query: URLSearchParams): WindowQuery {
  const parsed = windowQuery.safeParse(Object.fromEntries(query));
  if (parsed.success && parsed.data.fromS < parsed.data.toS) return parsed.data;
  throw new ProtocolError({
    where: 'window',
    expected: 'beads, fromS before toS, and points',
    received: parsed.success ? `${parsed.data.fromS} to ${parsed.data.toS} s` : z.prettifyError(parsed.error),
  });
}
