import { z } from 'zod';
import { StackError } from '#protocol/errors.ts';
import { type FrameShape, frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';
import { FFMPEG_GRAY, type FfmpegProcess, FrameReader, runFfmpeg, startFfmpeg } from '../ffmpeg.ts';
import type { Stack } from './stack.ts';
import { checkRead, unreadable } from './stack-file.ts';

/** A jump ahead of at most so many frames is read over; one further on begins a new decoder. */
const READ_OVER_FRAMES = 64;

const probed = z.object({
  streams: z
    .array(z.object({ width: z.number().int(), height: z.number().int(), pix_fmt: z.string() }))
    .min(1),
  packets: z.array(z.object({ pts_time: z.string().optional() })).min(1),
});

/**
 * Opens a video (AVI, MP4, MKV and what else ffmpeg reads) as gray frames: 8 bits, or as many as the video has. Color
 * becomes its luma. Frames are decoded one after the other; a jump back begins from the first.
 * @throws {StackError} if ffmpeg is absent or finds no video; what is missing of one that is cut off is named in `cut`
 */
export async function openVideo(path: string): Promise<Stack> {
  const { shape, frames, timeNs, cut } = await probe(path);
  const bytes = frameBytes(shape);
  const decoder = new Decoder(path, shape.pixelFormat, bytes);
  // Frames come in order: two readers at once would only fight over the decoder.
  let reading: Promise<unknown> = Promise.resolve();
  return {
    ...shape,
    path,
    frames,
    ...(timeNs && { timeNs }),
    ...(cut && { cut }),
    readFrame(frame, into) {
      const read = reading.then(() => {
        checkRead(path, frames, frame, bytes, into);
        return decoder.read(frame, into.subarray(0, bytes));
      });
      reading = read.catch(() => {});
      return read;
    },
    async close() {
      await reading;
      await decoder.close();
    },
  };
}

/** Shape and number of the frames, and their times, without decoding one. */
async function probe(
  path: string,
): Promise<{ shape: FrameShape; frames: number; timeNs?: BigInt64Array; cut?: string }> {
  const { words, output } = await runFfmpeg('ffprobe', [
    ...['-select_streams', 'v:0', '-show_entries', 'stream=width,height,pix_fmt:packet=pts_time'],
    ...['-of', 'json', `file:${path}`],
  ]).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const parsed = probed.safeParse(JSON.parse(output || '{}'));
  if (!parsed.success) {
    throw new StackError({
      where: path,
      expected: 'a video that ffmpeg can read',
      received: words.replaceAll(`file:${path}: `, '') || 'no frames of video',
    });
  }
  const { streams, packets } = parsed.data;
  const { width, height, pix_fmt: stored } = streams[0]!;
  const timeNs = timesOf(packets.map(({ pts_time: seconds }) => Number(seconds)));
  return {
    shape: { width, height, pixelFormat: grayOf(stored) },
    frames: packets.length,
    ...(timeNs && { timeNs }),
    ...(words && { cut: words.split('\n')[0]! }),
  };
}

/** Packets come in the order they are decoded, which is not that of their times. */
function timesOf(seconds: number[]): BigInt64Array | undefined {
  if (!seconds.every(Number.isFinite)) return undefined;
  const sorted = Float64Array.from(seconds).sort();
  return BigInt64Array.from(sorted, (time) => BigInt(Math.round((time - sorted[0]!) * 1e9)));
}

/** The gray format that keeps all bits of a pixel format of ffmpeg. */
function grayOf(stored: string): PixelFormat {
  const bits = /^gray(10|12|14)[lb]e$/.exec(stored)?.[1];
  if (bits) return `mono${bits as '10' | '12' | '14'}`;
  return /(9|1[0246])[lb]e$|48[lb]e$|64[lb]e$/.test(stored) ? 'mono16' : 'mono8';
}

/** A decoder that stands before a frame. */
class Decoder {
  readonly #path: string;
  readonly #pixelFormat: PixelFormat;
  readonly #bytes: number;
  #process: FfmpegProcess | null = null;
  #reader: FrameReader | null = null;
  #next = 0;

  constructor(path: string, pixelFormat: PixelFormat, bytes: number) {
    this.#path = path;
    this.#pixelFormat = pixelFormat;
    this.#bytes = bytes;
  }

  async read(frame: number, into: Uint8Array): Promise<void> {
    if (!this.#reader || frame < this.#next || frame > this.#next + READ_OVER_FRAMES)
      await this.#begin(frame);
    while (this.#next <= frame) {
      const received = await this.#reader!.read(into);
      if (received < this.#bytes) throw await this.#endedAt(this.#next, received);
      this.#next++;
    }
  }

  async close(): Promise<void> {
    const process = this.#process;
    this.#process = null;
    this.#reader = null;
    if (!process) return;
    process.kill();
    await process.ended;
  }

  async #begin(frame: number): Promise<void> {
    await this.close();
    // Frames are chosen after they are decoded: a jump by time may land beside the frame that was meant.
    const from = frame > 0 ? ['-vf', `select=gte(n\\,${frame})`] : [];
    this.#process = startFfmpeg('ffmpeg', [
      ...['-nostdin', '-i', `file:${this.#path}`, '-map', 'v:0', ...from, '-vsync', '0'],
      ...['-f', 'rawvideo', '-pix_fmt', FFMPEG_GRAY[this.#pixelFormat], 'pipe:1'],
    ]);
    this.#reader = new FrameReader(this.#process.output);
    this.#next = frame;
  }

  async #endedAt(frame: number, received: number): Promise<StackError> {
    const { words } = await this.#process!.ended;
    await this.close();
    return new StackError({
      where: `${this.#path} frame ${frame}`,
      expected: `${this.#bytes} bytes from the decoder`,
      received: `${received}${words && `: ${words.split('\n')[0]}`}`,
      remedy: frame > 0 ? `copy the file again; the first ${frame} frames are whole` : 'copy the file again',
    });
  }
}
