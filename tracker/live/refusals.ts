import { AccessError, FrameError, type TweezertrackError } from '#protocol/errors.ts';
import { noRefusals, type Refusal, type RefusalCounts } from '#protocol/refusal.ts';

/** Counts who and what was turned away, and tells of it. */
export class Refusals {
  readonly #counts = noRefusals();
  readonly #turnedAway = new WeakSet<object>();
  readonly #onRefusal: (error: TweezertrackError) => void;

  /** @param onRefusal told of every refusal but those of a dashboard's requests, which the dashboard shows */
  constructor(onRefusal: (error: TweezertrackError) => void) {
    this.#onRefusal = onRefusal;
  }

  counts(): RefusalCounts {
    return { ...this.#counts };
  }

  /** A peer or message that was turned away. */
  count(reason: Refusal, error: TweezertrackError): void {
    this.#counts[reason]++;
    this.#onRefusal(error);
  }

  /** Notes that the peer of a connection was told to go. */
  turnAway(connection: object): void {
    this.#turnedAway.add(connection);
  }

  isTurnedAway(connection: object): boolean {
    return this.#turnedAway.has(connection);
  }

  /** Trouble of the camera link; what the WebSocket itself refused was counted at the door. */
  ofCamera(error: TweezertrackError, refused: boolean): void {
    if (refused) this.count(error instanceof FrameError ? 'frame' : 'camera-message', error);
    else if (!isWebSocketError(error.cause)) this.#onRefusal(error);
  }

  /** A dashboard's request that was not done, for want of the role or for what it asked. */
  ofRequest(cause: unknown): void {
    this.#counts[cause instanceof AccessError ? 'role' : 'request']++;
  }
}

/** Whether the peer broke the rules of WebSocket. */
export function isWebSocketError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('WS_ERR_');
}
