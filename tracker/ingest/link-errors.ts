import { FrameError, ProtocolError } from '#protocol/errors.ts';
import { FRAME_LATE } from './frame-ledger.ts';

/** A frame whose number does not follow the last; `answer` is that of the ledger. */
export function outOfOrder(id: number, answer: number): FrameError {
  return new FrameError({
    where: `frame ${id}`,
    expected: 'a number above the last',
    received: answer === FRAME_LATE ? 'one that was given up' : 'one that was there before',
    remedy:
      answer === FRAME_LATE
        ? 'send frames in the order of their numbers'
        : 'say in the hello how the counter wraps',
  });
}

/** A frame whose time is before that of the last. */
export function clockBack(id: number): FrameError {
  return new FrameError({
    where: `frame ${id} tNs`,
    expected: 'a time after that of the frame before',
    received: 'an earlier one',
    remedy: 'the frame is tracked all the same; set the clock of the camera once, not while it runs',
  });
}

/** A link that broke. */
export function linkError(cause: unknown): ProtocolError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new ProtocolError({ where: 'camera link', expected: 'a working link', received }, cause);
}
