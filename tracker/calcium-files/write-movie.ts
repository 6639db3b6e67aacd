import { spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DeviceError } from '#protocol/errors.ts';
import { requireNew } from './write-output.ts';

/** Endings of movies that are written. */
export const MOVIE_ENDINGS = ['.mp4', '.mkv', '.gif'] as const;

/** A movie and its frames, 8-bit gray. */
export interface MovieOptions {
  /** px of a frame. */
  width: number;
  height: number;
  /** Frames a second of the movie. */
  fps: number;
  /** Size of the movie where it is not that of the frames, px. */
  size?: { width: number; height: number };
  force?: boolean;
}

/** Words of ffmpeg that are kept for the message, characters. */
const MOST_WORDS = 1000;

/**
 * Writes frames as a movie through ffmpeg: H.264 in .mp4, FFV1 without loss in .mkv, or .gif.
 *
 * @param frames [row, column] each; taken one by one, as fast as ffmpeg takes them
 * @throws {DeviceError} if there is no ffmpeg, or with its last words if it fails; then there is no file
 * @throws {OutputExistsError} if the file exists and `force` is not set
 */
export async function writeMovie(
  path: string,
  frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: MovieOptions,
): Promise<void> {
  const { force = false } = options;
  await requireNew([path], force);
  await mkdir(dirname(path), { recursive: true });
  // The ending stays: ffmpeg goes by it.
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp${extname(path)}`);
  try {
    await encode(temporary, frames, options);
    await requireNew([path], force);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function encode(
  path: string,
  frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: MovieOptions,
): Promise<void> {
  const child = spawn('ffmpeg', ffmpegArguments(path, options), { stdio: ['pipe', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (heard: string) => {
    words = (words + heard).slice(-MOST_WORDS);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(notThere(cause)));
    child.once('close', resolve);
  });
  const fed = pipeline(Readable.from(frames), child.stdin);
  // Why it took no more of the frames is in its own words; frames that cannot be read end it.
  const [code, feeding] = await Promise.all([
    ended,
    fed.then(
      () => undefined,
      (cause: NodeJS.ErrnoException) => {
        child.kill();
        return cause;
      },
    ),
  ]);
  if (feeding && feeding.code !== 'EPIPE' && feeding.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw feeding;
  if (code === 0 && !feeding) return;
  throw new DeviceError({
    where: 'ffmpeg',
    expected: `a movie of ${options.width} x ${options.height} px`,
    received: `exit status ${code}: ${words.trim() || 'no word'}`,
  });
}

function ffmpegArguments(path: string, { width, height, fps, size }: MovieOptions): string[] {
  const scale = size ? [`scale=${size.width}:${size.height}:flags=neighbor`] : [];
  const input = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${width}x${height}`, '-r', `${fps}`, '-i', '-'];
  const filters = (...more: string[]) => {
    const all = [...scale, ...more];
    return all.length > 0 ? ['-vf', all.join()] : [];
  };
  const output = {
    // What most players show has half as many colors as pixels, so an even number of either.
    '.mp4': [...filters('pad=ceil(iw/2)*2:ceil(ih/2)*2'), '-pix_fmt', 'yuv420p', '-movflags', '+faststart'],
    '.mkv': [...filters(), '-c:v', 'ffv1', '-pix_fmt', 'gray'],
    '.gif': filters(),
  }[extname(path).toLowerCase()];
  return ['-hide_banner', '-loglevel', 'error', '-y', ...input, '-an', ...(output ?? filters()), path];
}

function notThere(cause: NodeJS.ErrnoException): DeviceError {
  return new DeviceError(
    {
      where: 'ffmpeg',
      expected: 'the program that writes movies',
      received: cause.code === 'ENOENT' ? 'none of this name' : cause.message,
      remedy: 'install it (Debian: apt-get install ffmpeg) or put it on PATH',
    },
    cause,
  );
}
