import { z } from 'zod';
import { MAX_REDONE_CELLS, REDO_SMOOTH_S } from './calcium-redo.ts';
import { LAST_CELL } from './cell-map.ts';
import { ProtocolError } from './errors.ts';

const redoQuery = z.strictObject({
  cells: z
    .string()
    .regex(/^(\d{1,5}(,\d{1,5})*)?$/, 'numbers of cells joined by commas')
    .transform((cells) => [...new Set(cells.split(',').filter(Boolean).map(Number))])
    .refine(
      (cells) => cells.length <= MAX_REDONE_CELLS && cells.every((cell) => cell >= 1 && cell <= LAST_CELL),
      `at most ${MAX_REDONE_CELLS} cells from 1 to ${LAST_CELL}`,
    )
    .default([]),
  smooth: z.coerce.number().min(0).max(60).default(REDO_SMOOTH_S),
  /** Frames a second, in place of what the camera said. */
  fps: z.coerce.number().positive().max(1e6).optional(),
});

/** What is to be made of a recording again. */
export type RedoQuery = z.output<typeof redoQuery>;

/**
 * Checks the query of a redo: `cells=1,2,3&smooth=0.3&fps=30`, each of which may be left out.
 * @throws {ProtocolError} naming the field
 */
export function parseRedoQuery(query: URLSearchParams): RedoQuery {
  const parsed = redoQuery.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  throw new ProtocolError({
    where: 'calcium-redo',
    expected: 'cells, smooth and fps, if any',
    received: z.prettifyError(parsed.error),
  });
}
