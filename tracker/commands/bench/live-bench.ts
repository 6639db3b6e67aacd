import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EngineChoice } from '#engines/choose-engine.ts';
import type { LedgerTotals } from '#ingest/frame-ledger.ts';
import type { CalciumStatus } from '#protocol/calcium-live.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { sceneRois } from '#simulation/scene.ts';
import type { LatencySummaries } from '#sinks/latency.ts';
import { type PresetName, presetPlan } from '#stages/presets.ts';
import { defaultConfig, withPreset } from '../../config.ts';
import { LiveTracker } from '../../live/live-tracker.ts';
import type { MovieSettings } from '../../settings/movie-settings.ts';
import { simulatedZLuts } from '../../simulated-z-luts.ts';
import { type FilmOptions, filmCamera, startCamera } from './camera-process.ts';

/** Of the Z-LUTs that `simulatedZLuts` builds, and how far it goes beyond the heights of the beads, nm. */
const STEP_NM = 50;
const MARGIN_NM = 1000;
const MIDDLE_NM = 5500;
const WAIT_MS = 20;
/** A ring around cells, and the rate of a camera that does not say one, as it goes as fast as it can. */
const CELLS = { neuropilWidth: 4, neuropilGap: 2, fps: 100 };

/** What is filmed, and what with. */
export interface LiveBenchOptions extends FilmOptions {
  engine: EngineChoice;
  preset: PresetName;
  planes: number;
  threads: number;
  roiStreaming: boolean;
  record: boolean;
  /** Whether the cells of the film are measured. */
  measureCells?: boolean;
  /** How frames are filmed; they are not when left out. */
  movie?: Partial<MovieSettings>;
  /** From the first tracked frame on. */
  forMs: number;
  /** Told the port of the tracker before the camera starts. */
  onListening?(port: number): void;
  /** Asked about every `sampleMs` while frames are tracked. */
  onSample?(atMs: number): void;
  sampleMs?: number;
}

/** What became of a run. */
export interface LiveBenchResult {
  engine: 'reference' | 'wasm' | 'gpu';
  device: string;
  threads: number;
  totals: LedgerTotals;
  latency: LatencySummaries;
  /** The time of a frame when the run ended, all else of the whole run. */
  cells: CalciumStatus;
  /** Frames in the movie, and those that should be. */
  movie: { frames: number; lost: number };
  /** From the first tracked frame to the end of the camera. */
  seconds: number;
  /** In that time. */
  framesTracked: number;
  /** Cores busy with this process, and with the camera's. */
  trackerCpu: number;
  cameraCpu: number | null;
}

/** A Z-LUT of so many planes about the heights of the beads; the slowest part of a run, so it is made once. */
export async function liveZLut(options: LiveBenchOptions): Promise<ZLut> {
  const reach = Math.max(0, ((options.planes - 1) * STEP_NM) / 2 - MARGIN_NM);
  const zRangeNm: [number, number] = [MIDDLE_NM - reach, MIDDLE_NM + reach];
  const camera = { ...filmCamera(options).options, zRangeNm };
  const zLuts = await simulatedZLuts(camera, presetPlan(options.preset), options.roiSize);
  return [...zLuts.values()][0]!;
}

/**
 * Tracks the frames of a camera in another process, in this one as `serve` does.
 * @throws {DeviceError} when the camera ends by itself
 */
export async function runLive(options: LiveBenchOptions, zLut: ZLut): Promise<LiveBenchResult> {
  const { preset, roiSize, measureCells = false } = options;
  const filmed = filmCamera(options);
  const { scene } = filmed;
  const folder = mkdtempSync(join(tmpdir(), 'tweezertrack-bench-'));
  const config = withPreset(defaultConfig(), preset);
  config.server.port = 0;
  config.engine.engine = options.engine;
  config.engine.threads = options.threads;
  config.camera.roiStreaming = options.roiStreaming ? 'auto' : 'never';
  config.recording = { ...config.recording, enabled: options.record, folder };
  config.movie = { ...config.movie, ...options.movie };
  config.calcium = { ...config.calcium, ...CELLS, enabled: measureCells };
  const tracker = await LiveTracker.start({
    config,
    plan: presetPlan(preset),
    zLutOf: () => zLut,
    rois: () => sceneRois(scene, roiSize),
    roiSize,
    ...(filmed.cells && { cells: filmed.cells }),
    log: () => {},
  });
  options.onListening?.(tracker.server.port);
  const camera = startCamera(`ws://127.0.0.1:${tracker.server.port}`, filmed);
  try {
    const film = await Promise.race([watch(tracker, camera.cpuSeconds, options), camera.failed]);
    await camera.stop();
    const { facts, threads } = tracker.engine.host;
    const { engine, device } = facts;
    await tracker.close();
    const latency = tracker.latency.summary();
    const { measured, skipped } = tracker.health().calcium;
    const { movie } = tracker.health();
    const cells = { ...film.cells, measured, skipped };
    return { engine, device, threads, totals: tracker.totals(), latency, movie, ...film, cells };
  } catch (error) {
    await camera.stop();
    await tracker.close();
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until the time is over, from the first frame on, and says what was done in it. */
async function watch(
  tracker: LiveTracker,
  cameraSeconds: () => number | null,
  { forMs, onSample, sampleMs = forMs }: LiveBenchOptions,
): Promise<Pick<LiveBenchResult, 'seconds' | 'framesTracked' | 'trackerCpu' | 'cameraCpu' | 'cells'>> {
  while (tracker.totals().tracked === 0) await pause(WAIT_MS);
  const startMs = performance.now();
  const before = { tracked: tracker.totals().tracked, cpu: process.cpuUsage(), camera: cameraSeconds() };
  for (let at = sampleMs; at < forMs; at += sampleMs) {
    await pause(startMs + at - performance.now());
    onSample?.(performance.now() - startMs);
  }
  await pause(Math.max(0, startMs + forMs - performance.now()));
  onSample?.(performance.now() - startMs);
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(before.cpu);
  const camera = cameraSeconds();
  return {
    seconds,
    cells: tracker.health().calcium,
    framesTracked: tracker.totals().tracked - before.tracked,
    trackerCpu: (user + system) / 1e6 / seconds,
    cameraCpu: camera === null || before.camera === null ? null : (camera - before.camera) / seconds,
  };
}
