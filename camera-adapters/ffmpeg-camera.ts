import { z } from 'zod';
import type { CameraFacts } from '#protocol/camera-facts.ts';
import { nowNs } from '#protocol/clock.ts';
import { ConfigError, DeviceError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import type { CameraAdapter, CameraFrame } from './define.ts';
import { FFMPEG_GRAY, type FfmpegProcess, FrameReader, startFfmpeg } from './ffmpeg.ts';

const side = z.number().int().min(8).max(16_384);

/** Every setting of a camera that ffmpeg reads. */
export const ffmpegCameraOptions = z.strictObject({
  input: z
    .string()
    .min(1)
    .meta({ description: 'What ffmpeg opens: /dev/video0, or the address of a stream' }),
  inputFormat: z
    .string()
    .regex(/^[\w,]*$/, 'expected the name of a format')
    .default('v4l2')
    .meta({
      description: 'Its format as ffmpeg names it: v4l2, dshow, avfoundation; none: ffmpeg finds out',
    }),
  inputPixels: z
    .string()
    .regex(/^\w*$/, 'expected the name of a pixel format')
    .default('')
    .meta({ description: 'Pixels to ask a v4l2 camera for, as ffmpeg names them: gray, gray16le, yuyv422' }),
  width: side.default(640).meta({ description: 'Frame width, px' }),
  height: side.default(480).meta({ description: 'Frame height, px' }),
  fps: z.number().positive().max(100_000).default(30).meta({ description: 'Frames a second' }),
  pixelFormat: z
    .enum(['mono8', 'mono10', 'mono12', 'mono16'])
    .default('mono8')
    .meta({ description: 'Type of a pixel for the tracker; color becomes its luma' }),
  pixelSizeNm: z.number().positive().optional().meta({ description: 'Sample plane, nm per px' }),
  arguments: z.string().default('').meta({
    description: 'More arguments of ffmpeg before the input, apart by blanks, e.g. -re',
  }),
});

export type FfmpegCameraOptions = z.output<typeof ffmpegCameraOptions>;

/**
 * A camera that ffmpeg reads: V4L2 on Linux, and what else it can open. Frames are counted as they arrive, and their time
 * is that of their arrival: what the driver dropped before nobody numbers, and it does not show.
 * @throws {ConfigError} for settings out of range; `frames` throws a `DeviceError` in the words of ffmpeg when it ends
 */
export function ffmpegCamera(settings: z.input<typeof ffmpegCameraOptions>): CameraAdapter {
  const parsed = ffmpegCameraOptions.safeParse(settings);
  if (!parsed.success) {
    throw new ConfigError({
      where: 'ffmpeg camera',
      expected: 'settings of this camera',
      received: z.prettifyError(parsed.error),
    });
  }
  const options = parsed.data;
  const { input, width, height, fps, pixelFormat, pixelSizeNm } = options;
  let process: FfmpegProcess | null = null;
  return {
    async open(): Promise<CameraFacts> {
      return {
        camera: `ffmpeg ${input}`,
        width,
        height,
        pixelFormat,
        fps,
        pixelSizeNm: pixelSizeNm ?? Number.NaN,
      };
    },
    async *frames(signal): AsyncGenerator<CameraFrame> {
      process = startFfmpeg('ffmpeg', argumentsOf(options));
      const { kill, ended, output } = process;
      signal.addEventListener('abort', kill, { once: true });
      const reader = new FrameReader(output);
      const buffers = [0, 1].map(() => new Uint8Array(frameBytes({ width, height, pixelFormat })));
      try {
        for (let id = 0; !signal.aborted; id++) {
          const pixels = buffers[id % 2]!;
          // A stream that was given up fails to be read.
          const received = await reader.read(pixels).catch(() => 0);
          if (received < pixels.length) break;
          yield { id, timeNs: nowNs(), pixels };
        }
        if (signal.aborted) return;
        const { code, words } = await ended;
        if (code !== 0) {
          const expected = 'frames for as long as it runs';
          throw new DeviceError({ where: `ffmpeg ${input}`, expected, received: words || `status ${code}` });
        }
      } finally {
        signal.removeEventListener('abort', kill);
        kill();
      }
    },
    async close() {
      process?.kill();
      await process?.ended.catch(() => {});
    },
  };
}

function argumentsOf(options: FfmpegCameraOptions): string[] {
  const { input, inputFormat, inputPixels, width, height, fps, pixelFormat } = options;
  const isDevice = ['v4l2', 'dshow', 'avfoundation'].includes(inputFormat);
  return [
    '-nostdin',
    ...(inputFormat ? ['-f', inputFormat] : []),
    ...(inputPixels ? ['-input_format', inputPixels] : []),
    ...(isDevice ? ['-video_size', `${width}x${height}`, '-framerate', String(fps)] : []),
    ...options.arguments.split(/\s+/).filter(Boolean),
    ...['-i', input, '-map', 'v:0', '-vsync', '0'],
    // A camera may deliver another size than it was asked for; frames are of one.
    ...['-vf', `scale=${width}:${height}:flags=area`],
    ...['-f', 'rawvideo', '-pix_fmt', FFMPEG_GRAY[pixelFormat], '-flush_packets', '1', 'pipe:1'],
  ];
}
