import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigError, DeviceError, StackError } from '#protocol/errors.ts';
import { describeShape, type FrameShape, frameBytes } from '#protocol/pixel-format.ts';
import type { CameraAdapter, CameraFrame } from './define.ts';
import type { Stack } from './stacks/stack.ts';

const IMAGE_NAME = /\.(png|jpe?g|tiff?)$/i;
/** Not every file system tells of new files: network shares do not. */
const LOOK_EVERY_MS = 200;
const { compare } = new Intl.Collator('en', { numeric: true });

/** Every setting of a folder that is watched. */
export const watchFolderOptions = z.strictObject({
  path: z.string().min(1).meta({ description: 'Folder that another program writes frames into' }),
  fps: z.number().min(0).max(100_000).default(0).meta({
    description:
      'Frames a second it writes: those the tracker falls behind are dropped; 0: every frame waits for it',
  }),
  existing: z.boolean().default(false).meta({ description: 'Begin with the frames that are there already' }),
  numbers: z.enum(['names', 'count']).default('names').meta({
    description:
      'Frame numbers: the last number in the name of a file, so that missing ones show; or counted',
  }),
  patienceS: z.number().positive().max(600).default(5).meta({
    description: 'For a file to become a whole image before it is given up, s',
  }),
  pixelSizeNm: z.number().positive().optional().meta({ description: 'Sample plane, nm per px' }),
});

export type WatchFolderOptions = z.output<typeof watchFolderOptions>;

/**
 * A camera that is a folder: TIFF, PNG or JPEG files, one frame or more a file, as another program writes them. A file
 * that is still being written is tried again until it is whole. Times are those at which files were last written.
 *
 * Frames of one file follow its number; so a file of many is numbered by counting.
 * @throws {ConfigError} for settings out of range; `open` waits for the first image
 */
export function watchFolderCamera(
  settings: z.input<typeof watchFolderOptions>,
  say: (text: string) => void = () => {},
): CameraAdapter {
  const parsed = watchFolderOptions.safeParse(settings);
  if (!parsed.success) {
    throw new ConfigError({
      where: 'watched folder',
      expected: 'settings of this camera',
      received: z.prettifyError(parsed.error),
    });
  }
  const options = parsed.data;
  const folder = new WatchedFolder(options);
  let first: Stack | null = null;
  return {
    async open() {
      await folder.begin();
      const name = await folder.next(new AbortController().signal);
      first = await openWhole(name!, options.patienceS);
      folder.putBack(name!);
      const { width, height, pixelFormat } = first;
      await first.close();
      const camera = `folder ${basename(options.path)}`;
      return {
        camera,
        width,
        height,
        pixelFormat,
        fps: options.fps,
        pixelSizeNm: options.pixelSizeNm ?? Number.NaN,
      };
    },
    frames: (signal) => framesOf(folder, first!, options, say, signal),
    async close() {
      folder.close();
    },
  };
}

async function* framesOf(
  folder: WatchedFolder,
  shape: FrameShape,
  options: WatchFolderOptions,
  say: (text: string) => void,
  signal: AbortSignal,
): AsyncGenerator<CameraFrame> {
  const pixels = new Uint8Array(frameBytes(shape));
  let id = -1;
  for (let path = await folder.next(signal); path !== null; path = await folder.next(signal)) {
    const numbered = options.numbers === 'names' ? numberIn(path) : null;
    let stack: Stack;
    try {
      stack = await openWhole(path, options.patienceS);
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      // Its number is then missing, which the tracker sees; one without a number is only counted here.
      if (numbered === null) id++;
      say(`given up: ${error.message}`);
      continue;
    }
    try {
      if (describeShape(stack) !== describeShape(shape)) {
        say(`${path}: expected ${describeShape(shape)}, received ${describeShape(stack)}; left out`);
        continue;
      }
      const timeNs = (await stat(path, { bigint: true })).mtimeNs;
      for (let frame = 0; frame < stack.frames; frame++) {
        await stack.readFrame(frame, pixels);
        id = numbered !== null && frame === 0 && numbered > id ? numbered : id + 1;
        yield { id, timeNs, pixels };
      }
    } finally {
      await stack.close();
    }
  }
}

/** The last number in the name of a file; null where there is none a frame could have. */
function numberIn(path: string): number | null {
  const digits = /(\d+)\D*$/.exec(basename(path).replace(IMAGE_NAME, ''))?.[1];
  const number = Number(digits);
  return digits !== undefined && number < 2 ** 32 ? number : null;
}

/** Opens an image that may still be being written. */
async function openWhole(path: string, patienceS: number): Promise<Stack> {
  const { openStack } = await import('./stacks/open-stack.ts');
  const until = performance.now() + 1000 * patienceS;
  for (let waitMs = 2; ; waitMs = Math.min(2 * waitMs, LOOK_EVERY_MS)) {
    try {
      const stack = await openStack(path);
      try {
        // The header of a file is there long before its last pixel.
        await stack.readFrame(stack.frames - 1, new Uint8Array(frameBytes(stack)));
        if (stack.cut === undefined) return stack;
      } catch (error) {
        await stack.close();
        throw error;
      }
      await stack.close();
      if (performance.now() > until) {
        throw new StackError({
          where: path,
          expected: 'a whole image',
          received: `it is cut off: ${stack.cut}`,
        });
      }
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await pause(waitMs);
  }
}

/** New images of a folder, in the order of their names within one look. */
class WatchedFolder {
  readonly #options: WatchFolderOptions;
  readonly #seen = new Set<string>();
  #waiting: string[] = [];
  #watcher: FSWatcher | null = null;
  #wake = () => {};

  constructor(options: WatchFolderOptions) {
    this.#options = options;
  }

  /** @throws {DeviceError} when it is no folder that can be read */
  async begin(): Promise<void> {
    const { path, existing } = this.#options;
    if (!existing) for (const name of await this.#names()) this.#seen.add(name);
    else await this.#names();
    this.#watcher = watch(path, () => this.#wake());
    this.#watcher.on('error', () => {});
  }

  /** The next image; null when `signal` aborts. */
  async next(signal: AbortSignal): Promise<string | null> {
    while (!signal.aborted) {
      const found = this.#waiting.shift();
      if (found !== undefined) return join(this.#options.path, found);
      const names = await this.#names();
      this.#waiting = names.filter((name) => !this.#seen.has(name)).sort(compare);
      for (const name of this.#waiting) this.#seen.add(name);
      if (this.#waiting.length === 0) await this.#change(signal);
    }
    return null;
  }

  putBack(path: string): void {
    this.#waiting.unshift(basename(path));
  }

  close(): void {
    this.#watcher?.close();
  }

  async #names(): Promise<string[]> {
    const { path } = this.#options;
    const names = await readdir(path).catch((cause: Error) => {
      const expected = 'a folder that can be read';
      throw new DeviceError({ where: path, expected, received: cause.message }, cause);
    });
    return names.filter((name) => IMAGE_NAME.test(name));
  }

  /** Until the folder tells of a change, or it is time to look again. */
  async #change(signal: AbortSignal): Promise<void> {
    const looked = new AbortController();
    const changed = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const timed = pause(LOOK_EVERY_MS, undefined, { signal: AbortSignal.any([signal, looked.signal]) });
    await Promise.race([changed, timed.catch(() => {})]);
    looked.abort();
  }
}
