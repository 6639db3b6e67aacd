import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { ZLut } from '#protocol/z-lut.ts';
import { sceneRois } from '#simulation/scene.ts';
import { type AxisScore, TruthScore } from '#sinks/truth-score.ts';
import { type Config, planOf } from '../config.ts';
import { ensureDashboard } from '../live/dashboard-files.ts';
import type { LiveTracker } from '../live/live-tracker.ts';
import type { LiveTrackerOptions } from '../live/live-tracker-options.ts';
import { NO_Z_LUTS } from './bead-z-luts.ts';
import { addDemoCameraOptions, demoCamera, type KnownCamera } from './demo-camera.ts';
import { FROM_INPUT } from './link-options.ts';
import {
  assertOwnMachine,
  type LiveOptions,
  liveConfig,
  newRoiSize,
  stopSignal,
  withLiveOptions,
} from './live-options.ts';
import { duration, wholeNumber } from './options.ts';
import { reportLedger } from './report-ledger.ts';
import { schemaArguments } from './schema-options.ts';

const PROGRAM = fileURLToPath(new URL('../bin.mjs', import.meta.url));
const CAMERA_ENDS_MS = 5000;

interface DemoOptions extends LiveOptions {
  for?: number;
  roiSize?: number;
  calcium?: number | true;
}

/** Around cells, between which there is room for it. */
const RING = { neuropilWidth: 4, neuropilGap: 2 };

/** `demo`: simulated camera, tracker, recording and dashboard with one word. */
export function registerDemo(command: Command): void {
  const demo = withLiveOptions(command)
    .option('--for <time>', 'end by itself after 500ms, 10s, 5m or 2h', duration)
    .option('--roi-size <px>', 'size of the ROIs', wholeNumber)
    .action(runDemo);
  addDemoCameraOptions(demo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const camera = demoCamera(options);
  const config = liveConfig(options);
  assertOwnMachine(config);
  if (camera.cells) {
    const { neuropilWidth } = config.calcium;
    config.calcium = { ...config.calcium, ...(neuropilWidth === 0 && RING), enabled: true };
  }
  await ensureDashboard((text) => console.error(text));
  // Both processes take about as long to start: side by side.
  const adapter = startCamera(camera);
  const failed = once(adapter, 'exit').then(([code]) => code as number | null);
  const truthScore = new TruthScore(camera.options.pixelSizeNm);
  // The time of the demonstration is that of the camera, however long it takes to start.
  let startClock = () => {};
  const over = new Promise<void>((resolve) => {
    startClock = () => setTimeout(resolve, options.for).unref();
  });
  const tracker = await startTracker({
    camera,
    config,
    roiSize: options.roiSize,
    truthScore,
    ...(options.for !== undefined && { onCamera: startClock }),
  }).catch((error) => {
    adapter.kill('SIGKILL');
    throw error;
  });
  const { engine, device } = tracker.engine.host.facts;
  console.error(`engine: ${engine} on ${device} (${tracker.engine.why})`);
  console.log(`dashboard: ${tracker.server.url}`);
  adapter.stdin!.end(`ws://127.0.0.1:${tracker.server.port}\n`);

  await Promise.race([stopSignal(), failed, over]);
  await endCamera(adapter, failed);
  try {
    await tracker.close();
  } finally {
    reportLedger(tracker.totals(), tracker.recording);
  }
  reportScores(truthScore);
  process.exit(process.exitCode ?? 0);
}

/** The camera, waiting to be told where the tracker is. */
function startCamera({ command, settings }: KnownCamera): ChildProcess {
  const adapter = spawn(
    process.execPath,
    [PROGRAM, 'camera', command, '--to', FROM_INPUT, ...schemaArguments(settings)],
    {
      // The channel ends with this process, however it ends, and the camera with the channel.
      stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
      // Ctrl-C in the terminal must reach the tracker alone, which then ends the camera in good order.
      detached: true,
    },
  );
  // A camera that has ended reads no address; that it has is seen from its exit.
  adapter.stdin!.on('error', () => {});
  return adapter;
}

interface DemoTracker extends Pick<LiveTrackerOptions, 'onCamera'> {
  camera: KnownCamera;
  config: Config;
  truthScore: TruthScore;
  roiSize: number | undefined;
}

/** The tracker with the Z-LUTs of the camera's beads; these are made while the threads of the engine start. */
async function startTracker({ camera, ...given }: DemoTracker): Promise<LiveTracker> {
  const { config, truthScore, onCamera } = given;
  const { LiveTracker } = await import('../live/live-tracker.ts');
  const { simulatedZLuts } = await import('../simulated-z-luts.ts');
  const plan = planOf(config);
  const roiSize = given.roiSize ?? newRoiSize(config, plan, NO_Z_LUTS);
  const { scene, cells } = camera;
  let zLuts: ReadonlyMap<number, ZLut> = new Map();
  const [started, made] = await Promise.allSettled([
    LiveTracker.start({
      config,
      plan,
      zLutOf: (bead) => zLuts.get(scene.beads[bead]?.radiusNm ?? camera.options.radiiNm[0]!) ?? null,
      rois: () => sceneRois(scene, roiSize),
      roiSize,
      truthScore,
      ...(cells && { cells }),
      ...(onCamera && { onCamera }),
      log: (text) => console.error(text),
    }),
    simulatedZLuts(camera.options, plan, roiSize),
  ]);
  if (started.status === 'rejected') throw started.reason;
  if (made.status === 'rejected') {
    await started.value.close();
    throw made.reason;
  }
  zLuts = made.value;
  return started.value;
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** Asks the camera to say bye, so that its last frames are counted. */
async function endCamera(adapter: ChildProcess, ended: Promise<number | null>): Promise<void> {
  adapter.kill('SIGTERM');
  await Promise.race([ended, elapsed(CAMERA_ENDS_MS)]);
  adapter.kill('SIGKILL');
}

function reportScores(truthScore: TruthScore): void {
  const { offered, ...axes } = truthScore.scores();
  if (offered === 0) return;
  const line = ({ biasNm, sdNm }: AxisScore) =>
    `${biasNm.toFixed(2).padStart(7)} bias  ${sdNm.toFixed(2).padStart(7)} sd`;
  console.log('error against the truth, nm:');
  for (const axis of ['x', 'y', 'z'] as const) {
    const { points } = axes[axis];
    const without = points < offered ? `  (${offered - points} of ${offered} points without a result)` : '';
    console.log(`  ${axis} ${line(axes[axis])}${without}`);
  }
}
