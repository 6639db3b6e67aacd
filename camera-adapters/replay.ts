import { basename } from 'node:path';
import { z } from 'zod';
import type { CameraFacts } from '#protocol/camera-facts.ts';
import { nowNs } from '#protocol/clock.ts';
import { ConfigError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import type { CameraAdapter, CameraFrame } from './define.ts';
import { fastPace, hostClock, type Pace, type PaceClock, realTimePace, steppedPace } from './pace.ts';
import type { Stack } from './stacks/stack.ts';
import { type Steps, stepsOfLines } from './steps.ts';

const DEFAULT_FPS = 100;

/** Every setting of the replay camera; all but the path have defaults. */
export const replayCameraOptions = z.strictObject({
  path: z.string().min(1).meta({ description: 'Stack to play: a file or a folder of images' }),
  pace: z.enum(['real-time', 'fast', 'step']).default('real-time').meta({
    description: 'real-time as recorded; fast as the tracker takes frames; step a frame a line of input',
  }),
  fps: z
    .number()
    .positive()
    .max(100_000)
    .optional()
    .meta({
      description: `Frames a second; as recorded when absent, or ${DEFAULT_FPS} when the file has no times`,
    }),
  loop: z.boolean().default(false).meta({ description: 'Begin again after the last frame' }),
  startFrame: z.number().int().min(0).default(0).meta({ description: 'First frame played, from 0' }),
  endFrame: z.number().int().positive().optional().meta({ description: 'Frame before which it ends' }),
  pixelSizeNm: z.number().positive().optional().meta({ description: 'Sample plane, nm per px' }),
});

type ReplayCameraOptions = z.output<typeof replayCameraOptions>;

/** What a replay reads besides its stack. */
export interface ReplaySources {
  /** Steps of the pace `step`; lines of the standard input when absent. */
  steps: Steps;
  clock: PaceClock;
}

/**
 * A camera that plays a recorded stack. Nothing downstream knows.
 *
 * Frame ids begin at `startFrame` and go on over loops, so that without a loop an id is the frame's number in the
 * stack. Times are those of the stack, or 1 / fps apart, counted from the start of the replay, whatever the pace.
 * In real time frame n is due at start + n / fps: never early, late frames come at once, none is skipped.
 * Pixels alternate between two buffers; the next frame is read while this one is used.
 *
 * @throws {ConfigError} for settings out of range; `open` throws it for frames the stack does not have, and
 *   `StackError` as `openStack`
 */
export function replayCamera(
  settings: z.input<typeof replayCameraOptions>,
  { steps, clock = hostClock }: Partial<ReplaySources> = {},
): CameraAdapter {
  const parsed = replayCameraOptions.safeParse(settings);
  if (!parsed.success) {
    throw new ConfigError({
      where: 'replay camera',
      expected: 'settings of this camera',
      received: z.prettifyError(parsed.error),
    });
  }
  const options = parsed.data;
  let stack: Stack | undefined;
  const paceOf = (pace: ReplayCameraOptions['pace'], { offsetNs }: Take): Pace => {
    if (pace === 'fast') return fastPace();
    if (pace === 'real-time') return realTimePace(offsetNs, clock);
    return steppedPace(steps ?? stepsOfLines());
  };
  const open = async () => {
    // The readers of all formats: loaded when there is a stack to read.
    const { openStack } = await import('./stacks/open-stack.ts');
    if (!stack) {
      stack = await openStack(options.path);
      if (stack.cut !== undefined) console.error(`${stack.path}: ${stack.cut}`);
    }
    return { stack, take: takeOf(stack, options) };
  };
  return {
    async open() {
      const opened = await open();
      return factsOf(opened.stack, opened.take, options);
    },
    async *frames(signal) {
      const opened = await open();
      const pace = paceOf(options.pace, opened.take);
      yield* play(opened.stack, opened.take, pace, options.loop, signal);
    },
    async close() {
      await stack?.close();
      stack = undefined;
    },
  };
}

/** The frames of a stack that are played, and when. */
interface Take {
  startFrame: number;
  frames: number;
  fps: number;
  /** ns from the first frame played to the nth, which may lie loops later. */
  offsetNs(n: number): number;
}

function takeOf(
  stack: Stack,
  { startFrame, endFrame = stack.frames, ...options }: ReplayCameraOptions,
): Take {
  if (startFrame >= endFrame || endFrame > stack.frames) {
    throw new ConfigError({
      where: 'replay camera',
      expected: `startFrame below endFrame, and at most the ${stack.frames} frames of ${stack.path}`,
      received: `startFrame ${startFrame}, endFrame ${endFrame}`,
    });
  }
  const frames = endFrame - startFrame;
  const recorded = stack.timeNs?.subarray(startFrame, endFrame);
  if (options.fps === undefined && recorded && frames > 1) {
    const timeNs = Float64Array.from(recorded, (ns) => Number(ns - recorded[0]!));
    const meanNs = timeNs[frames - 1]! / (frames - 1);
    if (meanNs > 0) {
      const loopNs = timeNs[frames - 1]! + meanNs;
      const offsetNs = (n: number) => Math.floor(n / frames) * loopNs + timeNs[n % frames]!;
      return { startFrame, frames, fps: 1e9 / meanNs, offsetNs };
    }
  }
  const fps = options.fps ?? DEFAULT_FPS;
  return { startFrame, frames, fps, offsetNs: (n) => (n * 1e9) / fps };
}

function factsOf(
  { path, width, height, pixelFormat }: Stack,
  take: Take,
  options: ReplayCameraOptions,
): CameraFacts {
  return {
    camera: `replay ${basename(path)}`,
    width,
    height,
    pixelFormat,
    fps: options.pace === 'real-time' ? take.fps : 0,
    pixelSizeNm: options.pixelSizeNm ?? Number.NaN,
  };
}

async function* play(
  stack: Stack,
  take: Take,
  pace: Pace,
  loop: boolean,
  signal: AbortSignal,
): AsyncGenerator<CameraFrame> {
  const buffers = [new Uint8Array(frameBytes(stack)), new Uint8Array(frameBytes(stack))];
  const last = loop ? Number.POSITIVE_INFINITY : take.frames - 1;
  const read = (n: number): Promise<void> => {
    const done = stack.readFrame(take.startFrame + (n % take.frames), buffers[n % 2]!);
    // It may fail while nobody waits yet; whoever does will see it.
    done.catch(() => {});
    return done;
  };
  const startNs = nowNs();
  let reading = read(0);
  try {
    for (let n = 0; n <= last; n++) {
      await reading;
      if (n < last) reading = read(n + 1);
      if (!(await pace.wait(n, signal))) return;
      const timeNs = startNs + BigInt(Math.round(take.offsetNs(n)));
      yield { id: take.startFrame + n, timeNs, pixels: buffers[n % 2]! };
    }
  } finally {
    pace.end();
    // The stack may be closed only when nothing reads from it.
    await reading.catch(() => {});
  }
}
