import type { Command } from 'commander';
import { ADAPTERS, type ListedAdapter, PYTHON_ADAPTERS } from '#camera-adapters/adapters.ts';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { listCameras } from './camera-list.ts';
import { runPythonCamera } from './camera-python.ts';
import { type LinkOptions, linkAccess, trackerUrl, withLinkOptions } from './link-options.ts';
import { stopSignal } from './live-options.ts';
import { addSchemaOptions, schemaSettings } from './schema-options.ts';

const say = (text: string) => console.error(`camera: ${text}`);

/** `camera`: an adapter in its own process, sending frames to a tracker. */
export function registerCamera(camera: Command): void {
  camera
    .command('list')
    .description('name the kinds of camera with their settings, and the devices that are there')
    .argument('[kind]', 'of this kind alone')
    .action(listCameras);
  for (const adapter of ADAPTERS) registerAdapter(camera, adapter);
  for (const adapter of PYTHON_ADAPTERS) {
    camera
      .command(adapter.name)
      .description(adapter.description)
      .argument('[options...]', 'of the program: see --help')
      .allowUnknownOption()
      .helpOption(false)
      .action((options: string[]) => runPythonCamera(adapter, options));
  }
}

function registerAdapter(camera: Command, { name, description, operand, options, create }: ListedAdapter) {
  const command = withLinkOptions(camera.command(name)).description(description);
  if (operand) {
    const { description: words = '' } = options.shape[operand.setting]!.meta() ?? {};
    command.argument(`<${operand.name}>`, words);
  }
  command.action((...given: [string, LinkOptions] | [LinkOptions]) => {
    const link = given.find((value) => typeof value === 'object') as LinkOptions;
    const settings = schemaSettings(options, { ...link });
    if (operand) settings[operand.setting] = given[0];
    return carry(create(settings, say), link);
  });
  addSchemaOptions(command, options, operand ? [operand.setting] : []);
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
    log: say,
  });
  say(`${sent} frames sent, ${dropped} dropped`);
  // The wait for a signal would keep the process alive.
  process.exit(process.exitCode ?? 0);
}
