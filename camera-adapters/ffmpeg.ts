import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { DeviceError } from '#protocol/errors.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';

/** Words of ffmpeg that are kept for an error, characters. */
const MOST_WORDS = 2000;

/** A program of ffmpeg that writes to us. */
export interface FfmpegProcess {
  output: Readable;
  /** Exit status and what it complained of, once it has ended. */
  ended: Promise<{ code: number | null; words: string }>;
  kill(): void;
}

/**
 * Starts `ffmpeg` or `ffprobe`.
 * @throws {DeviceError} from `ended` when there is no such program
 */
export function startFfmpeg(program: 'ffmpeg' | 'ffprobe', args: readonly string[]): FfmpegProcess {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    program,
    ['-hide_banner', '-v', 'error', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (heard: string) => {
    words = (words + heard).slice(-MOST_WORDS);
  });
  const ended = new Promise<{ code: number | null; words: string }>((resolve, reject) => {
    child.once('error', (cause) => {
      reject(
        new DeviceError(
          {
            where: program,
            expected: 'the program, for videos and cameras that only it can read',
            received: cause.message,
            remedy: 'install ffmpeg, e.g. apt-get install ffmpeg',
          },
          cause,
        ),
      );
    });
    child.once('close', (code) => resolve({ code, words: words.trim() }));
  });
  // Whoever reads the output may not ask how it ended.
  ended.catch(() => {});
  const kill = () => {
    child.kill('SIGKILL');
    // What nobody will read would keep it from being closed.
    child.stdout.destroy();
  };
  return { output: child.stdout, ended, kill };
}

/** All that a program of ffmpeg writes, and its complaints. */
export async function runFfmpeg(
  program: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
): Promise<{ code: number | null; words: string; output: string }> {
  const process = startFfmpeg(program, args);
  const [output, ended] = await Promise.all([text(process.output), process.ended]);
  return { ...ended, output };
}

/** Gray pixels as ffmpeg names them, little-endian. */
export const FFMPEG_GRAY = {
  mono8: 'gray',
  mono10: 'gray10le',
  mono12: 'gray12le',
  mono14: 'gray14le',
  mono16: 'gray16le',
  float32: 'grayf32le',
} as const satisfies Record<PixelFormat, string>;

/** Reads whole frames of so many bytes from a stream, without a copy where one chunk holds a frame. */
export class FrameReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer | null = null;

  constructor(output: Readable) {
    this.#chunks = output[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Fills `into`; how many bytes there were, fewer only where the stream ends. */
  async read(into: Uint8Array): Promise<number> {
    let done = 0;
    while (done < into.length) {
      if (!this.#rest) {
        const next = await this.#chunks.next();
        if (next.done) break;
        this.#rest = next.value;
      }
      const taken = this.#rest.subarray(0, into.length - done);
      into.set(taken, done);
      done += taken.length;
      this.#rest = taken.length < this.#rest.length ? this.#rest.subarray(taken.length) : null;
    }
    return done;
  }
}
