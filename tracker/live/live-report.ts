import type { ChosenEngine } from '#engines/choose-engine.ts';
import type { FrameLedger, LedgerTotals } from '#ingest/frame-ledger.ts';
import type { FrameRates } from '#pipeline/frame-rates.ts';
import type { ListedCamera, SnapshotMessage, StatusMessage } from '#protocol/live.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { LatencyBudget } from '#sinks/latency.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import type { LiveCalcium } from './live-calcium.ts';
import type { LiveCalibration } from './live-calibration.ts';
import type { LiveMotors } from './live-motors.ts';
import type { LiveRun } from './live-run.ts';
import { liveHealth, liveSnapshot, recordedRows } from './live-status.ts';
import type { MetricSources } from './metrics.ts';
import type { PipelineControl } from './pipeline-control.ts';
import type { Refusals } from './refusals.ts';
import type { RunDesk } from './run-desk.ts';

/** The parts of a tracker that have something to tell. */
export interface ReportParts {
  run(): LiveRun | null;
  cameraConnected(): boolean;
  totals(): LedgerTotals;
  roiSize: number;
  zLutOf(bead: number): ZLut | null;
  engine: ChosenEngine;
  refusals: Refusals;
  hub: LiveHub;
  desk: RunDesk;
  pipeline: PipelineControl;
  calibration: LiveCalibration;
  calcium: LiveCalcium;
  motors: LiveMotors;
  ledger: FrameLedger;
  latency: LatencyBudget;
  rates: FrameRates;
  cameras: (() => ListedCamera[]) | undefined;
}

/** How a tracker is, for dashboards, `/health` and `/metrics`. */
export class LiveReport {
  readonly #parts: ReportParts;

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  snapshot(): SnapshotMessage {
    const { calcium, calibration, desk, pipeline, roiSize } = this.#parts;
    const zLutOf = (bead: number) => this.#parts.zLutOf(bead);
    return {
      ...liveSnapshot({ ...this.#now, roiSize, zLutOf, plan: pipeline.plan }),
      ...calibration.snapshot,
      ...this.#parts.motors.status,
      calcium: calcium.state,
      ...desk.state,
    };
  }

  /** Rates and latencies are those since it was last asked. */
  status(): StatusMessage {
    const { calcium, calibration, cameras, desk, latency, rates, refusals } = this.#parts;
    return {
      type: 'status',
      ...rates.take(),
      latency: latency.takeInterval(),
      ledger: { ...this.#parts.totals() },
      recorded: recordedRows(this.#parts.run()),
      refusals: refusals.counts(),
      ...(cameras && { cameras: cameras() }),
      ...calibration.status,
      ...this.#parts.motors.status,
      calcium: calcium.status,
      ...desk.state,
    };
  }

  health() {
    const { calcium, desk, refusals } = this.#parts;
    const { film, record } = desk.movies.state;
    return {
      ...liveHealth(this.#now),
      frames: this.#parts.totals(),
      refusals: refusals.counts(),
      calcium: { on: calcium.state.on, cells: calcium.cells, ...calcium.status },
      movie: { record, frames: film.frames, waiting: film.waiting, lost: film.lost },
    };
  }

  get metricSources(): MetricSources {
    const { calcium, desk, engine, hub, latency, ledger, refusals } = this.#parts;
    const run = () => this.#parts.run();
    return {
      totals: () => this.#parts.totals(),
      latency,
      engine: engine.host,
      clockStepsBack: () => ledger.clockStepsBack,
      recorder: () => run()?.recorder?.stats ?? null,
      cameraConnected: () => this.#parts.cameraConnected(),
      beads: () => run()?.roiTable.list().length ?? 0,
      viewers: () => hub.viewers,
      refusals: () => refusals.counts(),
      calcium: () => ({ ...calcium.status, cells: calcium.cells }),
      movies: () => desk.movies.state,
    };
  }

  get #now() {
    return {
      run: this.#parts.run(),
      cameraConnected: this.#parts.cameraConnected(),
      engine: this.#parts.engine,
    };
  }
}
