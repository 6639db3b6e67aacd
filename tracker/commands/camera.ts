import type { Command } from 'commander';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { replayCamera, replayCameraOptions } from '#camera-adapters/replay.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { simulatedCamera, simulatedCameraOptions } from '#camera-adapters/simulated.ts';
import { simulatedCalciumCamera } from '#camera-adapters/simulated-calcium.ts';
import { simulatedCalciumOptions } from '#camera-adapters/simulated-calcium-options.ts';
import { type LinkOptions, linkAccess, trackerUrl, withLinkOptions } from './link-options.ts';
import { stopSignal } from './live-options.ts';
import { addSchemaOptions, schemaSettings } from './schema-options.ts';

/** `camera`: an adapter in its own process, sending frames to a tracker. */
export function registerCamera(camera: Command): void {
  const simulated = withLinkOptions(camera.command('simulated'))
    .description('beads rendered from exact optics, with noise, motion and known truth')
    .action((options: LinkOptions) => {
      const settings = schemaSettings(simulatedCameraOptions, { ...options });
      return carry(simulatedCamera(settings), options);
    });
  addSchemaOptions(simulated, simulatedCameraOptions);

  const calcium = withLinkOptions(camera.command('simulated-calcium'))
    .description('cells with calcium, neuropil and bleaching, of known truth, beside beads')
    .action((options: LinkOptions) => {
      const settings = schemaSettings(simulatedCalciumOptions, { ...options });
      return carry(simulatedCalciumCamera(settings), options);
    });
  addSchemaOptions(calcium, simulatedCalciumOptions);

  const replay = withLinkOptions(camera.command('replay'))
    .description('a recorded stack, played as a camera')
    .argument('<stack>', 'TIFF, .npy, .bin + .json, an image, or a folder of images')
    .action((path: string, options: LinkOptions) => {
      const settings = schemaSettings(replayCameraOptions, { ...options });
      return carry(replayCamera({ path, ...settings }), options);
    });
  addSchemaOptions(replay, replayCameraOptions, ['path']);
}

async function carry(adapter: CameraAdapter, options: LinkOptions): Promise<void> {
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  // Of whoever started it with a channel and is gone.
  process.once('disconnect', () => stop.abort());
  const { sent, dropped } = await runCamera(adapter, {
    url: trackerUrl(options, process.stdin),
    ...linkAccess(options),
    signal: stop.signal,
    log: (text) => console.error(`camera: ${text}`),
  });
  console.error(`camera: ${sent} frames sent, ${dropped} dropped`);
  // The wait for a signal would keep the process alive.
  process.exit(process.exitCode ?? 0);
}
