import type { ControlRequest } from '#protocol/control-request.ts';
import type { DetectBeadsRequest } from '#protocol/detect-beads.ts';
import { RoiError } from '#protocol/errors.ts';
import type { CalibrationRequest } from '#protocol/sweep-request.ts';
import type { LiveRun } from './live-run.ts';

/** A request that changes the beads of a run. */
export type BeadRequest = Exclude<
  ControlRequest,
  { type: 'watch' } | CalibrationRequest | DetectBeadsRequest
>;

/**
 * Does what a dashboard asks of the beads; the run is null before the first camera.
 * @throws {RoiError} when there is no camera yet, no such bead, or the ROI would lie outside the frame
 */
export async function changeBeads(run: LiveRun | null, request: BeadRequest): Promise<void> {
  if (!run) {
    throw new RoiError({
      where: request.type,
      expected: 'a camera',
      received: 'none yet',
      remedy: 'connect one',
    });
  }
  switch (request.type) {
    case 'add-bead':
      await run.addBead(request.xPx, request.yPx, request.size);
      break;
    case 'move-bead':
      await run.moveBead(request.bead, request.xPx, request.yPx);
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
