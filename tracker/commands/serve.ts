import { join } from 'node:path';
import type { Command } from 'commander';
import { cameraPath, MAIN_CAMERA, urlBelow } from '#protocol/camera-name.ts';
import { ConfigError, TweezertrackError } from '#protocol/errors.ts';
import { readRoiFile } from '#rois/roi-file.ts';
import { type Config, defaultConfig, planOf } from '../config.ts';
import { ensureDashboard } from '../live/dashboard-files.ts';
import type { LiveTrackerOptions } from '../live/live-tracker-options.ts';
import { LiveTrackers } from '../live/live-trackers.ts';
import { cameraConfigs } from '../settings/camera-settings.ts';
import { zLutOption } from './bead-z-luts.ts';
import { configuredFocusStage } from './focus-stage.ts';
import {
  type CalciumOptions,
  calciumConfig,
  configuredZLuts,
  type LiveOptions,
  liveConfig,
  type NetworkOptions,
  networkConfig,
  newRoiSize,
  stopSignal,
  withCalciumOptions,
  withLiveOptions,
  withNetworkOptions,
} from './live-options.ts';
import { configuredMotors } from './motors.ts';
import { wholeNumber } from './options.ts';
import { ofCamera, reportLedger } from './report-ledger.ts';

interface ServeOptions extends LiveOptions, NetworkOptions, CalciumOptions {
  rois?: string;
  roiSize?: number;
  zlut?: string;
}

/** `serve`: the tracker, waiting for a camera, or several. */
export function registerServe(command: Command): void {
  withNetworkOptions(withCalciumOptions(withLiveOptions(command)))
    .option('--rois <file>', 'CSV of ROIs to start with; beads can be added in the dashboard')
    .option('--roi-size <px>', 'size of new ROIs', wholeNumber)
    .addOption(zLutOption())
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const config = calciumConfig(networkConfig(liveConfig(options), options), options);
  if (options.rois !== undefined) config.rois.file = options.rois;
  if (options.roiSize !== undefined) config.rois.size = options.roiSize;
  if (options.zlut !== undefined) config.zLut.file = options.zlut;
  const log = (text: string) => console.error(text);
  const cameras = new Map<string, LiveTrackerOptions>();
  for (const [name, own] of cameraConfigs(config, defaultConfig())) {
    cameras.set(
      name,
      await trackerOptions(name, own, log).catch((cause: unknown) => {
        throw name === MAIN_CAMERA ? cause : ofItsSettings(name, cause);
      }),
    );
  }
  await ensureDashboard(log);
  const trackers = await LiveTrackers.start(cameras);
  for (const [name, { engine: chosen }] of trackers.all) {
    const { facts, threads } = chosen.host;
    const share = trackers.all.size > 1 && facts.engine !== 'gpu' ? `, threads: ${threads}` : '';
    log(`engine${ofCamera(name)}: ${facts.engine} on ${facts.device} (${chosen.why})${share}`);
  }
  const { url, cameraUrl } = trackers.server;
  console.log(`dashboard: ${url}`);
  console.log(`cameras:   ${cameraUrl}`);
  for (const name of Object.keys(config.cameras)) {
    console.log(
      `dashboard${ofCamera(name)}: ${urlBelow(url, cameraPath(name))}/ (cameras with --as ${name})`,
    );
  }
  await stopSignal();
  log('ending: what has arrived is tracked and recorded; asked again, it ends at once');
  try {
    await trackers.close();
  } finally {
    for (const [name, tracker] of trackers.all) {
      reportLedger(tracker.totals(), tracker.recording, ofCamera(name));
    }
  }
}

/** An error of a key or file, with the camera whose it is. */
function ofItsSettings(name: string, cause: unknown): unknown {
  if (!(cause instanceof TweezertrackError)) return cause;
  const complaint = { expected: 'settings that can be used', received: cause.message };
  return new ConfigError({ where: `cameras.${name}`, ...complaint }, cause);
}

/**
 * What the tracker of a camera is made of.
 * @throws {TweezertrackError} naming the key or file that cannot be used
 */
async function trackerOptions(
  name: string,
  config: Config,
  log: (text: string) => void,
): Promise<LiveTrackerOptions> {
  const plan = planOf(config);
  const zLuts = await configuredZLuts(config);
  const roiSize = newRoiSize(config, plan, zLuts);
  const { file } = config.rois;
  return {
    config,
    ...configuredFocusStage(config),
    motors: configuredMotors(config),
    plan,
    zLutOf: (bead) => zLuts.of(bead),
    rois: (frame) => (file === undefined ? [] : readRoiFile(file, frame, roiSize)),
    roiSize,
    ...rigFile(config),
    log: name === MAIN_CAMERA ? log : (text) => log(`${name}: ${text}`),
  };
}

/** Where the rig is kept: nowhere for who asked for nothing to be written, unless the settings name a file. */
function rigFile({ rig, recording }: Config): { rigFile?: string } {
  if (rig.file !== undefined) return { rigFile: rig.file };
  return recording.enabled ? { rigFile: join(recording.folder, 'rig.json') } : {};
}
