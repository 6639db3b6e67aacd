import { join } from 'node:path';
import type { Command } from 'commander';
import { readRoiFile } from '#rois/roi-file.ts';
import { type Config, planOf } from '../config.ts';
import { ensureDashboard } from '../live/dashboard-files.ts';
import { LiveTracker } from '../live/live-tracker.ts';
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
import { wholeNumber } from './options.ts';
import { reportLedger } from './report-ledger.ts';

interface ServeOptions extends LiveOptions, NetworkOptions, CalciumOptions {
  rois?: string;
  roiSize?: number;
  zlut?: string;
}

/** `serve`: the tracker, waiting for a camera. */
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
  const plan = planOf(config);
  const zLuts = await configuredZLuts(config);
  const roiSize = newRoiSize(config, plan, zLuts);
  const { file } = config.rois;
  await ensureDashboard((text) => console.error(text));
  const tracker = await LiveTracker.start({
    config,
    ...configuredFocusStage(config),
    plan,
    zLutOf: (bead) => zLuts.of(bead),
    rois: (frame) => (file === undefined ? [] : readRoiFile(file, frame, roiSize)),
    roiSize,
    ...rigFile(config),
    log: (text) => console.error(text),
  });
  const { engine, device } = tracker.engine.host.facts;
  console.error(`engine: ${engine} on ${device} (${tracker.engine.why})`);
  console.log(`dashboard: ${tracker.server.url}`);
  console.log(`cameras:   ${tracker.server.cameraUrl}`);
  await stopSignal();
  console.error('ending: what has arrived is tracked and recorded; asked again, it ends at once');
  try {
    await tracker.close();
  } finally {
    reportLedger(tracker.totals(), tracker.recording);
  }
}

/** Where the rig is kept: nowhere for who asked for nothing to be written, unless the settings name a file. */
function rigFile({ rig, recording }: Config): { rigFile?: string } {
  if (rig.file !== undefined) return { rigFile: rig.file };
  return recording.enabled ? { rigFile: join(recording.folder, 'rig.json') } : {};
}
