import type { ChosenEngine } from '#engines/choose-engine.ts';
import {
  LIVE_VERSION,
  type LiveBead,
  type LiveCamera,
  type SnapshotMessage,
  type StatusMessage,
} from '#protocol/live.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { Plan } from '#stages/plan.ts';
import { planFits } from '#stages/plan-needs.ts';
import type { LiveRun } from './live-run.ts';

/** What a snapshot tells of; the run is null before the first camera. */
export interface LiveState {
  run: LiveRun | null;
  cameraConnected: boolean;
  engine: ChosenEngine;
  plan: Plan;
  roiSize: number;
  zLutOf(bead: number): ZLut | null;
}

/** The camera of a run as dashboards show it. */
export function liveCamera(run: LiveRun | null, connected: boolean): LiveCamera | null {
  if (!run) return null;
  const { camera, width, height, pixelFormat, fps, pixelSizeNm } = run.camera;
  return { camera, connected, width, height, pixelFormat, fps, pixelSizeNm: pixelSizeNm ?? Number.NaN };
}

/** The beads of a run as dashboards list them. */
export function liveBeads(run: LiveRun | null, zLutOf: LiveState['zLutOf']): LiveBead[] {
  return run?.roiTable.list().map((roi) => ({ ...roi, zLut: zLutOf(roi.bead)?.name ?? null })) ?? [];
}

/** What a dashboard must know before anything else. */
export function liveSnapshot(state: LiveState): SnapshotMessage {
  const { run, engine: chosen, plan, roiSize } = state;
  const { engine, device } = chosen.host.facts;
  return {
    type: 'snapshot',
    version: LIVE_VERSION,
    camera: liveCamera(run, state.cameraConnected),
    beads: liveBeads(run, state.zLutOf),
    roiSize,
    engine: { engine, device, why: chosen.why },
    pipeline: plan.map(({ stage }) => stage),
    fits: planFits(plan),
    recording: run?.recorder?.folder ?? null,
  };
}

/** How a tracker is, but for its counts. */
export function liveHealth({
  run,
  cameraConnected,
  engine: chosen,
}: Pick<LiveState, 'run' | 'cameraConnected' | 'engine'>) {
  const { engine, device } = chosen.host.facts;
  return { ok: true, engine, device, camera: liveCamera(run, cameraConnected) };
}

/** Rows of the recording under way, if there is one. */
export function recordedRows(run: LiveRun | null): StatusMessage['recorded'] {
  const { rowsWritten = 0, rowsWaiting = 0 } = run?.recorder?.stats ?? {};
  return { rows: rowsWritten, waiting: rowsWaiting };
}
