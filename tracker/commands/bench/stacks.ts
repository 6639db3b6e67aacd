import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';
import { createRandom } from '#simulation/random.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { thisMachine } from './machine.ts';
import { type FramesToWrite, STACK_FORMATS } from './stack-formats.ts';
import { digits, median } from './statistics.ts';

const SIDE = 1024;
const FRAMES = 128;
/** Of a video: a few frames of noise a second, which nothing can compress, are all that decoders manage. */
const VIDEO_FRAMES = 8;
const REPEATS = 5;
/** Frames that differ, of which a stack repeats itself: so many pixels are no longer in the cache of a processor. */
const DIFFERENT = 8;

/**
 * Frames read from files of every format that this program has just written, so that they are in the memory of the
 * operating system: as a replay does, one frame is read while the last is used.
 */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { width = SIDE, height = SIDE, repeats = REPEATS } = options;
  for (const pixelType of options.pixelType ?? (['mono16'] as const)) {
    const all = noise(width, height, pixelType, options.frames ?? FRAMES);
    for (const [format, write] of Object.entries(STACK_FORMATS)) {
      const frames = format === 'video' ? Math.min(all.frames, VIDEO_FRAMES) : all.frames;
      const stack = { ...all, frames };
      const folder = await mkdtemp(join(tmpdir(), 'tweezertrack-bench-'));
      try {
        const path = await write(folder, stack);
        const machine = thisMachine();
        const reads = [];
        // The first is the compiler's.
        for (let repeat = -1; repeat < repeats; repeat++) reads.push(await readWhole(path, stack));
        const [first, ...warm] = reads as [WholeRead, ...WholeRead[]];
        const seconds = warm.map((read) => read.seconds);
        const bytes = frames * frameBytes(stack);
        yield {
          case: 'stacks',
          format,
          ...{ engine: null, preset: null, roi: null, pixelType, planes: null, beads: 0, iterations: null },
          ...{ machine, repeats, width, height, frames },
          fps: digits(frames / median(seconds)),
          fpsBest: digits(frames / Math.min(...seconds)),
          fpsFirst: digits(frames / first.seconds),
          mibPerSecond: digits(bytes / 2 ** 20 / median(seconds)),
          openMs: digits(median(warm.map((read) => read.openMs))),
          // Of all threads of this process: a video is decoded in another.
          cpuUsPerFrame: digits((1e6 * median(warm.map((read) => read.cpuSeconds))) / frames),
          ...{ usPerRoi: null, roisPerSecond: null, latencyMsP50: null, latencyMsP99: null },
          ...{ framesOffered: null, framesTracked: null, framesDropped: null },
        };
      } catch (error) {
        // Without ffmpeg there is no video to read; the other formats are still of interest.
        if (format !== 'video') throw error;
        console.error(`video left out: ${error instanceof Error ? error.message : error}`);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
}

interface WholeRead {
  openMs: number;
  /** From the first frame to the last, without opening. */
  seconds: number;
  cpuSeconds: number;
}

async function readWhole(path: string, { frames, frameAt }: FramesToWrite): Promise<WholeRead> {
  const startMs = performance.now();
  const stack = await openStack(path);
  try {
    const buffers = [new Uint8Array(frameBytes(stack)), new Uint8Array(frameBytes(stack))];
    const openedMs = performance.now();
    const before = process.cpuUsage();
    let reading = stack.readFrame(0, buffers[0]!);
    for (let frame = 0; frame < frames; frame++) {
      await reading;
      if (frame + 1 < frames) reading = stack.readFrame(frame + 1, buffers[(frame + 1) % 2]!);
    }
    const seconds = (performance.now() - openedMs) / 1000;
    const { user, system } = process.cpuUsage(before);
    const last = frames - 1;
    if (stack.frames !== frames || Buffer.compare(buffers[last % 2]!, frameAt(last)) !== 0) {
      throw new Error(`${path}: the last of ${frames} frames is not the one that was written`);
    }
    return { openMs: openedMs - startMs, seconds, cpuSeconds: (user + system) / 1e6 };
  } finally {
    await stack.close();
  }
}

/** 12 bits of noise in every pixel, in any type. */
function noise(width: number, height: number, pixelFormat: PixelFormat, frames: number): FramesToWrite {
  const { uint32 } = createRandom(3);
  const shape = { width, height, pixelFormat };
  const different = Array.from({ length: Math.min(DIFFERENT, frames) }, () => {
    if (pixelFormat === 'mono8') return Uint8Array.from({ length: width * height }, () => uint32() & 0xff);
    const Counts = pixelFormat === 'float32' ? Float32Array : Uint16Array;
    const counts = new Counts(width * height);
    for (let at = 0; at < counts.length; at++) counts[at] = uint32() & 0xfff;
    return new Uint8Array(counts.buffer);
  });
  return { ...shape, frames, frameAt: (frame) => different[frame % different.length]! };
}
