import { isCalciumRequest } from '#protocol/calcium-request.ts';
import { isMotorRequest } from '#protocol/motor-request.ts';
import { isPipelineRequest } from '#protocol/pipeline-request.ts';
import { isCalibrationRequest } from '#protocol/sweep-request.ts';
import type { ChangeRequest, LiveHubOptions } from '#sinks/live-hub-options.ts';
import type { BeadDetection } from './bead-detection.ts';
import { changeBeads } from './bead-requests.ts';
import type { LiveCalcium } from './live-calcium.ts';
import type { LiveCalibration } from './live-calibration.ts';
import type { LiveMotors } from './live-motors.ts';
import type { LiveRun } from './live-run.ts';
import { unfitZLuts } from './pipeline-check.ts';
import type { PipelineControl } from './pipeline-control.ts';
import type { RunDesk } from './run-desk.ts';

/** The parts of a tracker that do what a dashboard asks for. */
export interface AskedParts {
  run: LiveRun | null;
  desk: RunDesk;
  detection: BeadDetection;
  pipeline: PipelineControl;
  calibration: LiveCalibration;
  calcium: LiveCalcium;
  motors: LiveMotors;
  /** Beads are others now. */
  onBeads(): void;
}

/**
 * Leads a request of a dashboard to the part that does it.
 * @throws {TweezertrackError} that says why it was not done
 */
export async function doRequest(
  { run, desk, detection, pipeline, calibration, calcium, motors, onBeads }: AskedParts,
  ...[asked, answer, asker]: Parameters<LiveHubOptions['control']>
): Promise<void> {
  const request = await desk.control(asked, asker);
  if (!request) return;
  if (request.type === 'detect-beads') return answer(await detection.detect(request, run));
  if (isPipelineRequest(request)) return pipeline.control(request, answer);
  if (isCalibrationRequest(request)) return calibration.control(request);
  if (isMotorRequest(request)) return motors.control(request);
  if (isCalciumRequest(request)) return calcium.control(request, answer, asker);
  const change = () => changeBeads(run, request, answer, desk.newRoiSize);
  const unfit = request.type === 'place-beads' && request.mayLoseZ ? unfitBeads(request, pipeline) : [];
  if (unfit.length > 0) await calibration.takeOff(unfit, change);
  else await change();
  desk.beadsChanged();
  onBeads();
}

/** Beads whose Z-LUTs do not hold for the ROIs they are to be given. */
function unfitBeads(
  { place = [] }: ChangeRequest & { type: 'place-beads' },
  pipeline: Pick<PipelineControl, 'plan' | 'zLutOf'>,
): number[] {
  const rois = place.flatMap(({ bead, size }) => (bead === undefined ? [] : [{ bead, size }]));
  return unfitZLuts(pipeline.plan, rois, (bead) => pipeline.zLutOf(bead)).map(({ bead }) => bead);
}
