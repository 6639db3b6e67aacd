import { z } from 'zod';
import { detectBeadsRequest } from './detect-beads.ts';
import { ProtocolError, TweezertrackError } from './errors.ts';
import { unpackLive } from './live-wire.ts';
import { assertPlainMessage } from './message-shape.ts';
import { MOST_SWEEP_BEADS, sweepRequests } from './sweep-request.ts';

/** Room for the largest request, the settings of a sweep of many beads. */
const REQUEST_LIMITS = { values: 64 + MOST_SWEEP_BEADS, depth: 3 };

const position = { xPx: z.number().finite(), yPx: z.number().finite() };

/** What a dashboard may ask for; every request is answered by a reply with its id. */
const controlRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('select'),
    id: z.number().int(),
    bead: z.number().int().nullable(),
    /** How much of the past to send; two minutes when left out. */
    seconds: z.number().positive().max(86_400).optional(),
  }),
  z.strictObject({
    type: z.literal('add-bead'),
    id: z.number().int(),
    ...position,
    size: z.number().int().optional(),
  }),
  z.strictObject({ type: z.literal('move-bead'), id: z.number().int(), bead: z.number().int(), ...position }),
  z.strictObject({
    type: z.literal('follow-bead'),
    id: z.number().int(),
    bead: z.number().int(),
    follow: z.boolean(),
  }),
  z.strictObject({ type: z.literal('remove-bead'), id: z.number().int(), bead: z.number().int() }),
  ...sweepRequests,
  detectBeadsRequest,
]);

export type ControlRequest = z.output<typeof controlRequest>;

/**
 * Checks a request from a dashboard.
 * @throws {ProtocolError} naming the field
 * @throws {LimitError} when it holds far more than any request does
 */
export function parseControlRequest(bytes: Uint8Array): ControlRequest {
  let raw: unknown;
  try {
    assertPlainMessage(bytes, REQUEST_LIMITS);
    raw = unpackLive(bytes);
  } catch (cause) {
    if (cause instanceof TweezertrackError) throw cause;
    throw new ProtocolError(
      { where: 'live request', expected: 'one MessagePack value', received: `${bytes.length} other bytes` },
      cause,
    );
  }
  const parsed = controlRequest.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ProtocolError({
    where: 'live request',
    expected: `one of ${controlRequest.options.map(({ shape }) => shape.type.value).join(', ')}`,
    received: z.prettifyError(parsed.error),
  });
}
