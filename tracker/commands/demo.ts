import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { MAIN_CAMERA, MOST_NAMED_CAMERAS } from '#protocol/camera-name.ts';
import { ConfigError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { sceneRois } from '#simulation/scene.ts';
import { type AxisScore, TruthScore } from '#sinks/truth-score.ts';
import { type Config, defaultConfig, planOf } from '../config.ts';
import { ensureDashboard } from '../live/dashboard-files.ts';
import type { LiveTrackerOptions } from '../live/live-tracker-options.ts';
import type { LiveTrackers } from '../live/live-trackers.ts';
import { cameraConfigs } from '../settings/camera-settings.ts';
import { NO_Z_LUTS } from './bead-z-luts.ts';
import { addDemoCameraOptions, demoCamera, furtherDemoCamera, type KnownCamera } from './demo-camera.ts';
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
import { ofCamera, reportLedger } from './report-ledger.ts';
import { schemaArguments } from './schema-options.ts';

const PROGRAM = fileURLToPath(new URL('../bin.mjs', import.meta.url));
const CAMERA_ENDS_MS = 5000;

interface DemoOptions extends LiveOptions {
  for?: number;
  roiSize?: number;
  calcium?: number | true;
  cameras: number;
}

/** A simulated camera, and what its tracker knows of it. */
interface DemoCamera {
  name: string;
  truthScore: TruthScore;
  options: LiveTrackerOptions;
  /** Makes the Z-LUTs of its beads. */
  zLutsMade: Promise<void>;
}

/** Around cells, between which there is room for it. */
const RING = { neuropilWidth: 4, neuropilGap: 2 };

/** `demo`: simulated camera, tracker, recording and dashboard with one word. */
export function registerDemo(command: Command): void {
  const demo = withLiveOptions(command)
    .option('--for <time>', 'end by itself after 500ms, 10s, 5m or 2h', duration)
    .option('--roi-size <px>', 'size of the ROIs', wholeNumber)
    .option(
      '--cameras <count>',
      'so many cameras; the second films cells, further ones beads',
      wholeNumber,
      1,
    )
    .action(runDemo);
  addDemoCameraOptions(demo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const cameras = demoCameras(options);
  const config = liveConfig(options);
  assertOwnMachine(config);
  await ensureDashboard((text) => console.error(text));
  // All processes take about as long to start: side by side.
  const adapters = [...cameras].map(([name, camera]) => startCamera(name, camera));
  const ended = adapters.map((adapter) => once(adapter, 'exit'));
  // The time of the demonstration is that of all cameras, however long they take to start.
  let startClock = () => {};
  const over = new Promise<void>((resolve) => {
    startClock = () => setTimeout(resolve, options.for).unref();
  });
  let awaited = cameras.size;
  const onCamera =
    options.for === undefined
      ? undefined
      : () => {
          awaited--;
          if (awaited === 0) startClock();
        };
  const { demos, trackers } = await startTrackers(cameras, config, options.roiSize, onCamera).catch(
    (error) => {
      for (const adapter of adapters) adapter.kill('SIGKILL');
      throw error;
    },
  );
  for (const [name, { engine: chosen }] of trackers.all) {
    const { engine, device } = chosen.host.facts;
    console.error(`engine${ofCamera(name)}: ${engine} on ${device} (${chosen.why})`);
  }
  console.log(`dashboard: ${trackers.server.url}`);
  for (const adapter of adapters) adapter.stdin!.end(`ws://127.0.0.1:${trackers.server.port}\n`);

  await Promise.race([stopSignal(), ...ended, over]);
  await Promise.all(adapters.map((adapter, index) => endCamera(adapter, ended[index]!)));
  try {
    await trackers.close();
  } finally {
    for (const [name, tracker] of trackers.all) {
      reportLedger(tracker.totals(), tracker.recording, ofCamera(name));
    }
  }
  for (const { name, truthScore } of demos) reportScores(truthScore, ofCamera(name));
  process.exit(process.exitCode ?? 0);
}

/**
 * The cameras that are asked for, by name.
 * @throws {ConfigError} for more than a tracker takes, or settings out of range
 */
function demoCameras(options: DemoOptions): ReadonlyMap<string, KnownCamera> {
  const most = 1 + MOST_NAMED_CAMERAS;
  if (options.cameras < 1 || options.cameras > most) {
    const complaint = { expected: `1 to ${most}`, received: `${options.cameras}` };
    throw new ConfigError({ where: '--cameras', ...complaint });
  }
  const cameras = new Map([[MAIN_CAMERA, demoCamera(options)]]);
  for (let index = 1; index < options.cameras; index++) {
    const filmsCells = index === 1;
    const name = filmsCells ? 'cells' : `beads-${index + 1}`;
    cameras.set(name, furtherDemoCamera(options, index, filmsCells));
  }
  return cameras;
}

/** The camera, waiting to be told where the tracker is. */
function startCamera(name: string, { command, settings }: KnownCamera): ChildProcess {
  const as = name === MAIN_CAMERA ? [] : ['--as', name];
  const adapter = spawn(
    process.execPath,
    [PROGRAM, 'camera', command, '--to', FROM_INPUT, ...as, ...schemaArguments(settings)],
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

/** The trackers with the Z-LUTs of the cameras' beads; these are made while the threads of the engines start. */
async function startTrackers(
  cameras: ReadonlyMap<string, KnownCamera>,
  config: Config,
  roiSize: number | undefined,
  onCamera: (() => void) | undefined,
): Promise<{ demos: DemoCamera[]; trackers: LiveTrackers }> {
  const { LiveTrackers } = await import('../live/live-trackers.ts');
  for (const name of cameras.keys()) if (name !== MAIN_CAMERA) config.cameras[name] ??= {};
  const demos: DemoCamera[] = [];
  for (const [name, own] of cameraConfigs(config, defaultConfig())) {
    const camera = cameras.get(name) ?? unknownDemo(name);
    demos.push(await demoOf(name, camera, own, roiSize));
  }
  if (onCamera) for (const { options } of demos) options.onCamera = onCamera;
  const [started, ...made] = await Promise.allSettled([
    LiveTrackers.start(new Map(demos.map(({ name, options }) => [name, options]))),
    ...demos.map(({ zLutsMade }) => zLutsMade),
  ]);
  if (started.status === 'rejected') throw started.reason;
  const failed = made.find((result) => result.status === 'rejected');
  if (!failed) return { demos, trackers: started.value };
  await started.value.close();
  throw failed.reason;
}

function unknownDemo(name: string): never {
  throw new ConfigError({
    where: `cameras.${name}`,
    expected: 'no camera by another name in a demonstration',
    received: `'${name}'`,
    remedy: 'start the tracker with serve and the camera with camera simulated',
  });
}

async function demoOf(
  name: string,
  camera: KnownCamera,
  config: Config,
  askedRoiSize: number | undefined,
): Promise<DemoCamera> {
  const { simulatedZLuts } = await import('../simulated-z-luts.ts');
  const { cells, scene } = camera;
  if (cells) {
    const { neuropilWidth } = config.calcium;
    config.calcium = { ...config.calcium, ...(neuropilWidth === 0 && RING), enabled: true };
  }
  const plan = planOf(config);
  const roiSize = askedRoiSize ?? newRoiSize(config, plan, NO_Z_LUTS);
  const truthScore = new TruthScore(camera.options.pixelSizeNm);
  let zLuts: ReadonlyMap<number, ZLut> = new Map();
  const options: LiveTrackerOptions = {
    config,
    plan,
    zLutOf: (bead) => zLuts.get(scene.beads[bead]?.radiusNm ?? camera.options.radiiNm[0]!) ?? null,
    rois: () => sceneRois(scene, roiSize),
    roiSize,
    truthScore,
    ...(cells && { cells }),
    log: (text) => console.error(name === MAIN_CAMERA ? text : `${name}: ${text}`),
  };
  const zLutsMade = simulatedZLuts(camera.options, plan, roiSize).then((made) => {
    zLuts = made;
  });
  return { name, truthScore, options, zLutsMade };
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** Asks the camera to say bye, so that its last frames are counted. */
async function endCamera(adapter: ChildProcess, ended: Promise<unknown>): Promise<void> {
  adapter.kill('SIGTERM');
  await Promise.race([ended, elapsed(CAMERA_ENDS_MS)]);
  adapter.kill('SIGKILL');
}

function reportScores(truthScore: TruthScore, of: string): void {
  const { offered, ...axes } = truthScore.scores();
  if (offered === 0) return;
  const line = ({ biasNm, sdNm }: AxisScore) =>
    `${biasNm.toFixed(2).padStart(7)} bias  ${sdNm.toFixed(2).padStart(7)} sd`;
  console.log(`error against the truth${of}, nm:`);
  for (const axis of ['x', 'y', 'z'] as const) {
    const { points } = axes[axis];
    const without = points < offered ? `  (${offered - points} of ${offered} points without a result)` : '';
    console.log(`  ${axis} ${line(axes[axis])}${without}`);
  }
}
