import { z } from 'zod';
import { calciumRequests } from './calcium-request.ts';
import { detectBeadsRequest } from './detect-beads.ts';
import { LimitError, ProtocolError, TweezertrackError } from './errors.ts';
import { MAX_WATCHED_BEADS } from './live.ts';
import { unpackLive } from './live-wire.ts';
import { assertPlainMessage } from './message-shape.ts';
import { motorRequests } from './motor-request.ts';
import { movieRequests } from './movie-request.ts';
import { pictureRequest, tilesRequest } from './picture-request.ts';
import { pipelineRequests } from './pipeline-request.ts';
import { MOST_PLACED_BEADS } from './place-beads.ts';
import { placeBeadsRequest } from './place-beads-request.ts';
import { runViewRequests } from './run-request.ts';
import { sweepRequests } from './sweep-request.ts';

/** Room for the largest request, which places many beads: each a map of five fields, and one more to remove. */
const REQUEST_LIMITS = { values: 64 + 12 * MOST_PLACED_BEADS, depth: 4 };

const position = { xPx: z.number().finite(), yPx: z.number().finite() };

/** What a dashboard may ask for; every request is answered by a reply with its id. */
const controlRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('watch'),
    id: z.number().int(),
    /** Beads of which every frame is sent, in place of those before. */
    beads: z.array(z.number().int()),
    /** How much of the past of each to send, two minutes when left out; the same request again renews it. */
    seconds: z.number().positive().max(86_400).optional(),
    /** Bead whose radial profile is sent; none when left out. */
    profileOf: z.number().int().optional(),
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
  placeBeadsRequest,
  pictureRequest,
  tilesRequest,
  ...sweepRequests,
  ...motorRequests,
  detectBeadsRequest,
  ...pipelineRequests,
  ...runViewRequests,
  ...movieRequests,
  ...calciumRequests,
]);

/** The part of a request by which an answer finds who asked, whatever is wrong with the rest. */
const numbered = z.object({ id: z.number().int() });

export type ControlRequest = z.output<typeof controlRequest>;

/**
 * Checks a request from a dashboard.
 * @param onId told the number of the request, where it has one, before anything else of it is checked
 * @throws {ProtocolError} naming the field
 * @throws {LimitError} when it holds far more than any request does
 */
export function parseControlRequest(
  bytes: Uint8Array,
  onId: (id: number) => void = () => {},
): ControlRequest {
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
  const { data: id } = numbered.safeParse(raw);
  if (id) onId(id.id);
  const parsed = controlRequest.safeParse(raw);
  if (parsed.success) {
    assertFewBeads(parsed.data);
    return parsed.data;
  }
  throw new ProtocolError({
    where: 'live request',
    expected: `one of ${controlRequest.options.map(({ shape }) => shape.type.value).join(', ')}`,
    received: z.prettifyError(parsed.error),
  });
}

function assertFewBeads(request: ControlRequest): void {
  if (request.type !== 'watch' || request.beads.length <= MAX_WATCHED_BEADS) return;
  throw new LimitError({
    where: 'watch.beads',
    expected: `at most ${MAX_WATCHED_BEADS} beads`,
    received: `${request.beads.length}`,
    remedy: 'watch fewer at a time',
  });
}
