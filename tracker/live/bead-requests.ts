import type { CalciumRequest } from '#protocol/calcium-request.ts';
import type { DetectBeadsRequest } from '#protocol/detect-beads.ts';
import { RoiError } from '#protocol/errors.ts';
import type { LiveMessage } from '#protocol/live.ts';
import type { MotorControlRequest } from '#protocol/motor-request.ts';
import type { MovieRequest } from '#protocol/movie-request.ts';
import type { PipelineRequest } from '#protocol/pipeline-request.ts';
import type { Roi } from '#protocol/roi.ts';
import type { PeopleRequest, RunRequest } from '#protocol/run-request.ts';
import type { CalibrationRequest } from '#protocol/sweep-request.ts';
import type { ChangeRequest } from '#sinks/live-hub-options.ts';
import type { LiveRun } from './live-run.ts';

/** A request that changes the beads of a run. */
type BeadRequest = Exclude<
  ChangeRequest,
  | RunRequest
  | PeopleRequest
  | CalibrationRequest
  | CalciumRequest
  | DetectBeadsRequest
  | MotorControlRequest
  | MovieRequest
  | PipelineRequest
>;

/**
 * Does what a dashboard asks of the beads, and answers where those are that it placed; the run is null before the first
 * camera.
 * @param newRoiSize px of a new ROI where the request does not say; that of the settings when undefined
 * @throws {RoiError} when there is no camera yet, no such bead, or the ROI would lie outside the frame
 * @throws {ZLutError} when the Z-LUT of a bead is of another ROI size
 */
export async function changeBeads(
  run: LiveRun | null,
  request: BeadRequest,
  answer: (message: LiveMessage) => void,
  newRoiSize?: number,
): Promise<void> {
  if (!run) {
    throw new RoiError({
      where: request.type,
      expected: 'a camera',
      received: 'none yet',
      remedy: 'connect one',
    });
  }
  const placed = (...rois: Roi[]) => answer({ type: 'placed', id: request.id, rois });
  switch (request.type) {
    case 'add-bead':
      placed(await run.addBead(request.xPx, request.yPx, request.size ?? newRoiSize));
      break;
    case 'move-bead':
      placed(await run.moveBead(request.bead, request.xPx, request.yPx));
      break;
    case 'place-beads':
      placed(...(await run.placeBeads(request.place ?? [], request.remove ?? [])));
      break;
    case 'follow-bead':
      await run.followBead(request.bead, request.follow);
      break;
    case 'remove-bead':
      await run.removeBead(request.bead);
      break;
    default:
      request satisfies never;
  }
}
