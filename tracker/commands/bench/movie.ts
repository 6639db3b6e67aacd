import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { FrameRoom } from '#engines/engine-host.ts';
import { FrameThread } from '#movies/frame-thread.ts';
import { MOVIE_FORMATS, type MovieFormat } from '#protocol/movie.ts';
import { type FrameShape, frameBytes } from '#protocol/pixel-format.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { liveDefaults, liveLine } from './end-to-end.ts';
import { type LiveBenchOptions, type LiveBenchResult, liveZLut, runLive } from './live-bench.ts';
import { thisMachine } from './machine.ts';
import { digits, median } from './statistics.ts';

const SIDE_PX = 1024;
const FRAMES = 300;
const REPEATS = 3;
/** Frames that wait for the thread at most, and those that are written in turn. */
const WAITING = 32;
/** Beside a movie. */
const LIVE = { beads: [50], fps: [50], for: 10_000 };

/** Frames in memory to files of each format, and beads of a camera in another process without and with a movie. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { width = SIDE_PX, height = SIDE_PX, pixelType = ['mono16'] } = options;
  const shape = { width, height, pixelFormat: pixelType[0]! };
  for (const format of MOVIE_FORMATS) yield await writeLine(format, shape, options);
  yield* liveLines({ ...LIVE, ...options, width, height, pixelType });
}

interface Written {
  /** Until all frames were with the operating system, and until the file was complete and synced. */
  seconds: number;
  secondsSynced: number;
  bytes: number;
}

async function writeLine(
  format: MovieFormat,
  shape: FrameShape,
  { frames = FRAMES, repeats = REPEATS }: BenchOptions,
): Promise<BenchLine> {
  const machine = thisMachine();
  const all: Written[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) all.push(await write(format, shape, frames));
  const mb = (frames * frameBytes(shape)) / 1e6;
  const perS = (of: (written: Written) => number) => digits(median(all.map((written) => mb / of(written))));
  return {
    ...{ case: 'movie', part: 'write', format },
    ...{ engine: null, preset: null, roi: null, planes: null, beads: 0, iterations: null },
    ...{ pixelType: shape.pixelFormat, width: shape.width, height: shape.height },
    ...{ framesOffered: frames, framesTracked: null, framesDropped: 0 },
    ...{ usPerRoi: null, roisPerSecond: null, latencyMsP50: null, latencyMsP99: null },
    fps: digits(median(all.map(({ seconds }) => frames / seconds))),
    mbPerS: perS(({ seconds }) => seconds),
    mbPerSSynced: perS(({ secondsSynced }) => secondsSynced),
    overheadPercent: digits(median(all.map(({ bytes }) => (100 * (bytes / 1e6 - mb)) / mb))),
    machine,
    repeats,
  };
}

async function write(format: MovieFormat, shape: FrameShape, frames: number): Promise<Written> {
  const folder = mkdtempSync(join(tmpdir(), 'tweezertrack-bench-'));
  const free: FrameRoom[] = Array.from({ length: WAITING }, (_, at) => ({
    pixels: new Uint8Array(new SharedArrayBuffer(frameBytes(shape))).fill(at + 1),
  }));
  let bytes = 0;
  const thread = new FrameThread({
    release: (room) => free.push(room),
    onReply: (reply) => {
      if (reply.type === 'film') bytes = reply.bytes;
    },
    onEnd: () => {},
  });
  thread.send({ type: 'camera', shape });
  thread.film({
    ...{ base: join(folder, 'movie'), format, subject: 'frames', every: 1, about: {} },
    page: { pixelSizeNm: 100, fps: 100, program: 'tweezertrack bench' },
    partBytes: Number.POSITIVE_INFINITY,
  });
  let next = 0;
  const push = () => {
    const timeNs = BigInt(next) * 10_000_000n;
    thread.push({ id: next++, timeNs, receivedNs: timeNs, room: free.shift()!, rois: null, isWhole: true });
  };
  try {
    // The first has the thread start.
    push();
    while (thread.frames === 0) await turn();
    const startMs = performance.now();
    while (thread.frames <= frames) {
      while (next <= frames && free.length > 0) push();
      await turn();
    }
    const seconds = (performance.now() - startMs) / 1000;
    await thread.close();
    return {
      seconds,
      secondsSynced: (performance.now() - startMs) / 1000,
      bytes: (bytes * frames) / (frames + 1),
    };
  } finally {
    await thread.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without and with each movie in turn, so that all meet the same neighbors on the machine. */
async function* liveLines(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { repeats = 1 } = options;
  const film: LiveBenchOptions = liveDefaults(options);
  const machine = thisMachine();
  const zLut = await liveZLut(film);
  const experiment = { ...film, planes: zLut.planes };
  const movies = ['off', ...MOVIE_FORMATS] as const;
  const runs = new Map<(typeof movies)[number], LiveBenchResult[]>(movies.map((movie) => [movie, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [movie, results] of runs) {
      const settings = movie === 'off' ? {} : ({ movie: { record: 'frames', format: movie } } as const);
      results.push(await runLive({ ...experiment, ...settings }, zLut));
    }
  }
  for (const [movie, results] of runs) {
    const sum = (of: 'frames' | 'lost') => results.reduce((count, result) => count + result.movie[of], 0);
    yield {
      ...liveLine('movie', experiment, results, machine),
      ...{ part: 'live', movie, framesFilmed: sum('frames'), framesLostToMovie: sum('lost') },
    };
  }
}
