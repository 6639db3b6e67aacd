import type { ChosenEngine } from '#engines/choose-engine.ts';
import type { CameraEndpoint } from '#ingest/camera-endpoint.ts';
import type { FrameLedger } from '#ingest/frame-ledger.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import { nowNs } from '#protocol/clock.ts';
import { RoiError, type TweezertrackError } from '#protocol/errors.ts';
import type { EventMessage } from '#protocol/live.ts';
import type { Roi } from '#protocol/roi.ts';
import type { LatencyBudget } from '#sinks/latency.ts';
import { failureOf } from './complaints.ts';
import type { LiveCalcium } from './live-calcium.ts';
import type { LiveCalibration } from './live-calibration.ts';
import type { LiveMotors } from './live-motors.ts';
import { LiveRun, type LiveRunOptions } from './live-run.ts';
import { type LiveTrackerOptions, runSettings } from './live-tracker-options.ts';
import { unfitZLuts } from './pipeline-check.ts';
import type { RunDesk } from './run-desk.ts';

/** The parts of a tracker that a run deals with. */
export interface RunParts {
  options: LiveTrackerOptions;
  engine: ChosenEngine;
  pipeline: LiveRunOptions['pipeline'];
  desk: RunDesk;
  calcium: LiveCalcium;
  calibration: Pick<LiveCalibration, 'leaveOff'>;
  motors: LiveMotors;
  endpoint: CameraEndpoint;
  ledger: FrameLedger;
  latency: LatencyBudget;
  sinks: LiveRunOptions['sinks'];
  event(level: EventMessage['level'], text: string): void;
  complain(level: 'warning' | 'error', error: TweezertrackError): void;
}

/** The run of a camera, with the beads of the settings, or else those the rig had last where these fit. */
export function createRun(camera: HelloMessage, parts: RunParts): LiveRun {
  const { options, engine, pipeline, desk, calcium, endpoint, ledger, latency, event, complain } = parts;
  desk.movies.begin({ camera, host: engine.host, frames: calcium.frames });
  const runWith = (rois: readonly Roi[]) =>
    new LiveRun({
      camera,
      chosen: engine,
      pipeline,
      roiSize: options.roiSize,
      rois,
      ...runSettings(options.config),
      ...desk.runOptions,
      latency: () => latency.summary(),
      positions: parts.motors.positions,
      sinks: [...parts.sinks, ...(options.truthScore ? [options.truthScore] : [])],
      onRois: (now) => {
        calcium.setRois(now);
        desk.movies.setRois(now);
      },
      onReceived: (frame, room) => {
        calcium.received(frame, room);
        desk.movies.received(frame, room);
      },
      cellsUnderWay: () => calcium.status.waiting,
      onFailed: (frames, error) => {
        for (const { id } of frames) ledger.lost(id, 'dropped-engine', nowNs());
        endpoint.settled(frames.length);
        complain('error', failureOf(error));
      },
      onAlarm: (alarm) => event('error', `${alarm.code} ${alarm.message}`),
    });
  const given = options.rois(camera);
  if (given.length > 0) return runWith(given);
  const last = desk.beadsIn(camera);
  const unfit = unfitZLuts(pipeline.plan, last, (bead) => pipeline.zLutOf(bead));
  parts.calibration.leaveOff(unfit.map(({ bead }) => bead));
  const [first] = unfit;
  if (first) {
    const beads = unfit.map(({ bead }) => bead).join(', ');
    event('warning', `tracking without a Z-LUT: bead ${beads}: ${first.why}`);
  }
  try {
    return runWith(last);
  } catch (error) {
    if (!(error instanceof RoiError)) throw error;
    event('warning', `the beads of last time do not fit, and are left out: ${error.message}`);
    return runWith([]);
  }
}
