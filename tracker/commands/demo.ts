import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import {
  parseSimulatedCameraOptions,
  simulatedCameraOptions,
  simulatedScene,
} from '#camera-adapters/simulated.ts';
import { sceneRois } from '#simulation/scene.ts';
import { type AxisScore, TruthScore } from '#sinks/truth-score.ts';
import { planOf } from '../config.ts';
import { ensureDashboard } from '../live/dashboard-files.ts';
import { LiveTracker } from '../live/live-tracker.ts';
import { simulatedZLuts } from '../simulated-z-luts.ts';
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
import { addSchemaOptions, schemaArguments, schemaSettings } from './schema-options.ts';

const PROGRAM = fileURLToPath(new URL('../bin.mjs', import.meta.url));
const CAMERA_ENDS_MS = 5000;

interface DemoOptions extends LiveOptions {
  for?: number;
  roiSize?: number;
}

/** `demo`: simulated camera, tracker, recording and dashboard with one word. */
export function registerDemo(program: Command): void {
  const demo = withLiveOptions(
    program
      .command('demo')
      .description('start a simulated camera, the tracker, a recording and the dashboard'),
  )
    .option('--for <time>', 'end by itself after 500ms, 10s, 5m or 2h', duration)
    .option('--roi-size <px>', 'size of the ROIs', wholeNumber)
    .action(runDemo);
  addSchemaOptions(demo, simulatedCameraOptions, ['frames', 'pace']);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const settings = schemaSettings(simulatedCameraOptions, { ...options });
  const camera = parseSimulatedCameraOptions(settings);
  const config = liveConfig(options);
  assertOwnMachine(config);
  const plan = planOf(config);
  const roiSize = options.roiSize ?? newRoiSize(config, plan, null);
  const scene = simulatedScene(camera);
  const zLuts = await simulatedZLuts(camera, plan, roiSize);
  const truthScore = new TruthScore(camera.pixelSizeNm);
  await ensureDashboard((text) => console.error(text));
  // The time of the demonstration is that of the camera, however long it takes to start.
  let startClock = () => {};
  const over = new Promise<void>((resolve) => {
    startClock = () => setTimeout(resolve, options.for).unref();
  });
  const tracker = await LiveTracker.start({
    config,
    plan,
    zLutOf: (bead) => zLuts.get(scene.beads[bead]?.radiusNm ?? camera.radiiNm[0]!) ?? null,
    rois: () => sceneRois(scene, roiSize),
    roiSize,
    truthScore,
    ...(options.for !== undefined && { onCamera: startClock }),
    log: (text) => console.error(text),
  });
  const { engine, device } = tracker.engine.host.facts;
  console.error(`engine: ${engine} on ${device} (${tracker.engine.why})`);
  console.log(`dashboard: ${tracker.server.url}`);

  const url = `ws://127.0.0.1:${tracker.server.port}`;
  const adapter = spawn(
    process.execPath,
    [PROGRAM, 'camera', 'simulated', '--to', url, ...schemaArguments(settings)],
    {
      // The channel ends with this process, however it ends, and the camera with the channel.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Ctrl-C in the terminal must reach the tracker alone, which then ends the camera in good order.
      detached: true,
    },
  );
  const failed = once(adapter, 'exit').then(([code]) => code as number | null);
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
