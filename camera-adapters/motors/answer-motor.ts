import type { AdapterMessage, TrackerMessage } from '#protocol/camera-link.ts';
import { DeviceError, TweezertrackError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import type { Motor } from '#protocol/motor.ts';
import type { MotorMessage, MotorRequest } from '#protocol/motor-link.ts';
import { answerFocus } from '../focus-stages/answer-focus.ts';

/** What the tracker may move of an adapter. */
export interface MovingParts {
  focusStage?: FocusStage | undefined;
  motors?: readonly Motor[] | undefined;
}

/** Requests that move something, or ask where it is. */
export type MoveRequest = Extract<TrackerMessage, { type: `focus-${string}` | `motor-${string}` }>;

/** Does what the tracker asks of a focus stage or motor; null for one that the adapter has not. */
export async function answerMove(
  { focusStage, motors = [] }: MovingParts,
  request: MoveRequest,
): Promise<AdapterMessage | null> {
  if (!('motor' in request)) return focusStage ? answerFocus(focusStage, request) : null;
  const motor = motors.find(({ facts }) => facts.motor === request.motor);
  return motor ? answerMotor(motor, request) : null;
}

/** Ends all motion: nobody could any more. */
export function stopAll({ focusStage, motors = [] }: MovingParts): void {
  for (const part of [focusStage, ...motors]) part?.stop().catch(() => {});
}

/** Does what the tracker asks of a motor; the answer says where it was thereafter, or what failed. */
async function answerMotor(motor: Motor, request: MotorRequest): Promise<MotorMessage> {
  const { id } = request;
  const nowhere = { at: Number.NaN, settled: false, tNs: 0 };
  const answer = { type: 'motor' as const, id, motor: motor.facts.motor };
  try {
    switch (request.type) {
      case 'motor-move':
        await motor.move(request.to);
        break;
      case 'motor-stop':
        await motor.stop();
        // A device that does not say where it is has stopped all the same.
        return { ...answer, ...nowhere, error: null };
      case 'motor-position':
        break;
      default:
        request satisfies never;
    }
    const { at, settled, atNs } = await motor.position();
    return { ...answer, at, settled, tNs: atNs, error: null };
  } catch (cause) {
    const where = `${motor.facts.motor} ${motor.facts.name}`;
    const error =
      cause instanceof TweezertrackError
        ? cause
        : new DeviceError({ where, expected: 'an answer', received: String(cause) });
    return { ...answer, ...nowhere, error: error.message };
  }
}
