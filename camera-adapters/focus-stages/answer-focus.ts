import { DeviceError, TweezertrackError } from '#protocol/errors.ts';
import type { FocusMessage, FocusRequest } from '#protocol/focus-link.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';

/** Does what the tracker asks of the focus stage of an adapter; the answer says where it was thereafter, or what failed. */
export async function answerFocus(stage: FocusStage, request: FocusRequest): Promise<FocusMessage> {
  const { id } = request;
  try {
    switch (request.type) {
      case 'focus-move':
        await stage.move(request.zNm);
        break;
      case 'focus-stop':
        await stage.stop();
        // A device that does not say where it is has stopped all the same.
        return { type: 'focus', id, zNm: Number.NaN, settled: false, tNs: 0, error: null };
      case 'focus-position':
        break;
      default:
        request satisfies never;
    }
    const { zNm, settled, atNs } = await stage.position();
    return { type: 'focus', id, zNm, settled, tNs: atNs, error: null };
  } catch (cause) {
    const error =
      cause instanceof TweezertrackError
        ? cause
        : new DeviceError({
            where: `focus stage ${stage.facts.name}`,
            expected: 'an answer',
            received: String(cause),
          });
    return { type: 'focus', id, zNm: Number.NaN, settled: false, tNs: 0, error: error.message };
  }
}
