import type { Command } from 'commander';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { replayCamera } from '#camera-adapters/replay.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { simulatedCamera, simulatedCameraOptions } from '#camera-adapters/simulated.ts';
import { stopSignal } from './live-options.ts';
import { number, wholeNumber } from './options.ts';
import { addSchemaOptions, schemaSettings } from './schema-options.ts';

const DEFAULT_URL = 'ws://127.0.0.1:8321';

/** `camera`: an adapter in its own process, sending frames to a tracker. */
export function registerCamera(program: Command): void {
  const camera = program.command('camera').description('send the frames of a camera to a tracker');

  const simulated = camera
    .command('simulated')
    .description('beads rendered from exact optics, with noise, motion and known truth')
    .option('--to <url>', 'the tracker', DEFAULT_URL)
    .action((options: { to: string }) => {
      const settings = schemaSettings(simulatedCameraOptions, { ...options });
      return carry(simulatedCamera(settings), options.to);
    });
  addSchemaOptions(simulated, simulatedCameraOptions);

  camera
    .command('replay')
    .description('a recorded stack, played as a camera')
    .argument('<stack>', 'TIFF, .npy, .bin + .json, an image, or a folder of images')
    .option('--to <url>', 'the tracker', DEFAULT_URL)
    .option('--pace <pace>', 'real-time, fast (loses nothing) or step (a frame a line on stdin)', 'real-time')
    .option('--fps <rate>', 'frames a second, when the file does not say', number)
    .option('--loop', 'start again at the end')
    .option('--start-frame <frame>', 'first frame', wholeNumber)
    .option('--end-frame <frame>', 'frame after the last', wholeNumber)
    .option('--pixel-size-nm <nm>', 'nm per px', number)
    .action((path: string, { to, ...options }: { to: string; pace: 'real-time' | 'fast' | 'step' }) =>
      carry(replayCamera({ path, ...options }), to),
    );
}

async function carry(adapter: CameraAdapter, url: string): Promise<void> {
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  const { sent, dropped } = await runCamera(adapter, {
    url,
    signal: stop.signal,
    log: (text) => console.error(`camera: ${text}`),
  });
  console.error(`camera: ${sent} frames sent, ${dropped} dropped`);
  // The wait for a signal would keep the process alive.
  process.exit(process.exitCode ?? 0);
}
