import { z } from 'zod';
import { ProtocolError } from './errors.ts';

/** The focus stage an adapter carries, as its hello announces it; a tracker that knows nothing of it passes it over. */
export const announcedFocusStage = z
  .object({
    name: z
      .string()
      .max(200)
      .regex(/^\P{Cc}+$/u, 'expected a name without control characters'),
    fromNm: z.number().finite(),
    toNm: z.number().finite(),
    speedNmPerS: z.number().positive().nullish(),
  })
  .refine(({ fromNm, toNm }) => fromNm < toNm, { message: 'expected fromNm below toNm' });

/** Asks the stage of an adapter to move, to stop, or where it is; only of one that its hello announced. */
export type FocusRequest =
  | { type: 'focus-move'; id: number; zNm: number }
  | { type: 'focus-stop'; id: number }
  | { type: 'focus-position'; id: number };

/** Answer to the focus request of this id. */
export interface FocusMessage {
  type: 'focus';
  id: number;
  zNm: number;
  settled: boolean;
  /** When the position was read, ns since 1970, by the clock of the frames. */
  tNs: bigint | number;
  /** Why the request was not done, or null. */
  error: string | null;
}

const focusMessage = z.object({
  type: z.literal('focus'),
  id: z.number().int(),
  /** NaN where it is not known. */
  zNm: z.number().or(z.nan()),
  settled: z.boolean(),
  tNs: z.union([z.bigint(), z.number().int()]),
  error: z.string().max(2000).nullish(),
});

/**
 * Checks an answer of an adapter.
 * @throws {ProtocolError} naming the field
 */
export function parseFocusMessage(raw: Record<string, unknown>): FocusMessage {
  const parsed = focusMessage.safeParse(raw);
  if (parsed.success) return { ...parsed.data, error: parsed.data.error ?? null };
  throw new ProtocolError({
    where: 'focus message',
    expected: 'id, zNm, settled, tNs and optionally error',
    received: z.prettifyError(parsed.error),
  });
}
