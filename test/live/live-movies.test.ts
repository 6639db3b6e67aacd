import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FrameRoom } from '#engines/engine-host.ts';
import type { MovieChoices } from '#protocol/movie-request.ts';
import type { Roi } from '#protocol/roi.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveMovies } from '#tracker/live/live-movies.ts';
import type { MovieSettings } from '#tracker/settings/movie-settings.ts';
import { readStack } from '../support/read-stack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const CAMERA = {
  ...{ type: 'hello', version: 1, camera: 'test', width: 24, height: 10, pixelFormat: 'mono8', fps: 100 },
  pixelSizeNm: 110,
} as const;
const SOON = { interval: 5 };
const pixelsOf = (id: number) => new Uint8Array(240).map((_, at) => (7 * id + at) % 251);
let runs = 0;

/** Movies of a run whose recording is in the test's hands. */
function film(settings: Partial<MovieSettings>, shape: object = CAMERA) {
  const recordings = join(folder, `runs${runs++}`);
  mkdirSync(recordings);
  const config = defaultConfig();
  Object.assign(config.movie, settings);
  config.recording.folder = recordings;
  const events: string[] = [];
  const needed: boolean[] = [];
  /** Holders of every room. */
  const held = new Map<FrameRoom, number>();
  const run = { roiTable: { list: () => [] }, recorder: null as { folder: string } | null };
  const movies = new LiveMovies({
    config,
    run: () => run,
    cameraSettings: () => ({ exposureUs: 900 }),
    event: (level, text) => events.push(`${level}: ${text}`),
  });
  movies.begin({
    camera: { ...CAMERA, ...shape } as unknown as Parameters<LiveMovies['begin']>[0]['camera'],
    host: {
      holdRoom: (room) => held.set(room, (held.get(room) ?? 0) + 1),
      returnRoom: (room) => held.set(room, held.get(room)! - 1),
    },
    frames: { need: (_, areNeeded) => needed.push(areNeeded) },
  });
  const receive = (id: number, pixels = pixelsOf(id), rois: readonly Roi[] | null = null) => {
    const room = { pixels: new Uint8Array(new SharedArrayBuffer(pixels.length)) };
    room.pixels.set(pixels);
    const timeNs = BigInt(id) * 10_000_000n;
    movies.received({ id, timeNs, receivedNs: timeNs, pixels, rois, picture: null, truth: null }, room);
  };
  return {
    ...{ movies, receive, recordings, run, events, needed },
    choose: (choices: MovieChoices) => movies.control({ type: 'set-movie', id: 1, choices }),
    save: () => movies.control({ type: 'save-last', id: 1 }),
    async close() {
      await movies.close();
      expect([...held.values()].filter((holders) => holders !== 0)).toEqual([]);
    },
  };
}

const description = (path: string) =>
  JSON.parse(readFileSync(path.replace(/\.(tif|bin|zarr)$/, '.json'), 'utf8'));
const bytes = async (path: string) => (await readStack(path)).pages.map((page) => Uint8Array.from(page));
const from = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);

test.each(['tiff', 'raw', 'zarr'] as const)('a movie as %s has every frame that came', async (format) => {
  const filmed = film({ record: 'frames', format });
  for (const id of from(0, 20)) filmed.receive(id);
  await filmed.close();
  const { file, frames, lost, waiting } = filmed.movies.state.film;
  expect({ frames, lost, waiting }).toEqual({ frames: 20, lost: 0, waiting: 0 });
  expect(file).toContain(filmed.recordings);
  expect(await bytes(file!)).toEqual(from(0, 20).map(pixelsOf));
  expect(description(file!)).toMatchObject({
    ...{ frames: 20, fps: 100, pixelSizeNm: 110, missing: { frames: 0 } },
    ...{ camera: { camera: 'test' }, cameraSettings: { exposureUs: 900 }, pipeline: { preset: 'magtrack' } },
  });
});

test('a movie goes on in the folder of a recording that begins, and beside it when that has ended', async () => {
  const filmed = film({ record: 'frames', format: 'raw', every: 2 });
  const run = join(filmed.recordings, 'run');
  mkdirSync(run);
  for (const id of from(0, 4)) filmed.receive(id);
  filmed.run.recorder = { folder: run };
  for (const id of from(4, 5)) filmed.receive(id);
  filmed.run.recorder = null;
  for (const id of from(9, 3)) filmed.receive(id);
  await filmed.close();
  expect(await bytes(join(run, 'movie.bin'))).toEqual([4, 6, 8].map(pixelsOf));
  const beside = readdirSync(filmed.recordings).filter((name) => name.endsWith('.bin'));
  const pages = await Promise.all(beside.sort().map((name) => bytes(join(filmed.recordings, name))));
  expect(pages).toEqual([[0, 2].map(pixelsOf), [10].map(pixelsOf)]);
});

test('ROIs are filmed in rows, from whole frames and from cut ones, wherever they are', async () => {
  const filmed = film({ record: 'rois' });
  const rois: Roi[] = [
    { bead: 3, left: 1, top: 0, size: 8 },
    { bead: 4, left: 12, top: 2, size: 8 },
  ];
  const moved = rois.map((roi) => ({ ...roi, left: roi.left + 2 }));
  const cut = (pixels: Uint8Array, { left, top, size }: Roi) =>
    from(top, size).flatMap((row) => [...pixels.subarray(24 * row + left, 24 * row + left + size)]);
  filmed.movies.setRois(rois);
  filmed.receive(0);
  filmed.movies.setRois(moved);
  filmed.receive(1);
  filmed.receive(2, Uint8Array.from(rois.flatMap((roi) => cut(pixelsOf(2), roi))), rois);
  await filmed.close();
  const file = filmed.movies.state.film.file!;
  expect(await readStack(file)).toMatchObject({ width: 16, height: 8, frames: 3 });
  const strips = [rois, moved, rois].map((places, id) => {
    const [one, two] = places.map((roi) => cut(pixelsOf(id), roi));
    return from(0, 8).flatMap((row) => [
      ...one!.slice(8 * row, 8 * row + 8),
      ...two!.slice(8 * row, 8 * row + 8),
    ]);
  });
  expect((await bytes(file)).map((page) => [...page])).toEqual(strips);
  expect(readFileSync(file.replace('.tif', '-rois.csv'), 'utf8').trim().split('\n').slice(1)).toEqual(
    ['0,3,1', '0,4,12', '1,3,3', '1,4,14', '2,3,1', '2,4,12'].map((row, at) => `${row},${2 * (at % 2)},8`),
  );
  expect(filmed.needed).toEqual([false]);
});

test('frames that the disk is too slow for are a gap that is counted, told and written down', async () => {
  const filmed = film({ record: 'frames', queueMiB: 1 }, { width: 1024, height: 512 });
  const large = new Uint8Array(2 ** 19);
  // Nothing is settled before this test waits: two of them fill the queue.
  for (const id of from(0, 10)) filmed.receive(id, large);
  expect(filmed.movies.state.film).toMatchObject({ waiting: 2, lost: 8 });
  await expect.poll(() => filmed.movies.state.film.frames, SOON).toBe(2);
  filmed.movies.tick();
  filmed.movies.tick();
  expect(filmed.events).toEqual([expect.stringMatching(/^warning: movies fall behind: 8 frames/)]);
  filmed.receive(10, large);
  filmed.receive(13, large);
  filmed.receive(14, large);
  await filmed.close();
  expect(description(filmed.movies.state.film.file!).missing).toEqual({
    frames: 11,
    unlisted: 0,
    gaps: [
      { firstFrame: 2, lastFrame: 9, lost: 8 },
      { firstFrame: 11, lastFrame: 12, lost: 0 },
      { firstFrame: 14, lastFrame: 14, lost: 1 },
    ],
  });
});

test('the last seconds are written when somebody asks, while more come', async () => {
  const filmed = film({ lastS: 0.1 });
  expect(filmed.needed).toEqual([true]);
  for (const id of from(0, 50)) filmed.receive(id);
  await filmed.save();
  for (const id of from(50, 5)) filmed.receive(id);
  await filmed.save();
  await filmed.close();
  const files = readdirSync(filmed.recordings).filter((name) => name.endsWith('.tif'));
  expect(files).toHaveLength(2);
  const saved = await Promise.all(files.sort().map((name) => bytes(join(filmed.recordings, name))));
  // 0.1 s at 100 frames a second, both ends among them.
  expect(saved).toEqual([from(39, 11).map(pixelsOf), from(44, 11).map(pixelsOf)]);
  expect(filmed.movies.state).toMatchObject({ record: 'off', kept: { saving: null, lost: 0 } });
});

test('what is kept stays within its memory: it lasts less', async () => {
  const filmed = film({ lastS: 60, maxMemoryMiB: 1 }, { width: 512, height: 512 });
  for (const id of from(0, 9)) filmed.receive(id, new Uint8Array(2 ** 18).fill(id));
  await filmed.choose({ lastS: 30 });
  await expect.poll(() => filmed.movies.state.kept.frames, SOON).toBe(4);
  expect(filmed.movies.state.kept).toMatchObject({ bytes: 2 ** 20, seconds: 0.03, lost: 0 });
  await filmed.save();
  await filmed.close();
  const [name] = readdirSync(filmed.recordings).filter((file) => file.endsWith('.tif'));
  expect((await bytes(join(filmed.recordings, name!))).map((page) => page[0])).toEqual([5, 6, 7, 8]);
});

test('nothing is saved of nothing', async () => {
  const filmed = film({});
  for (const id of from(0, 3)) filmed.receive(id);
  await expect(filmed.save()).rejects.toThrow(/save-last: expected frames that are kept, received none/);
  await filmed.close();
  expect(readdirSync(filmed.recordings)).toEqual([]);
});

test('Movie is turned on and off, and to another format, between two frames', async () => {
  const filmed = film({});
  filmed.receive(0);
  await filmed.choose({ record: 'frames', format: 'raw' });
  filmed.receive(1);
  await filmed.choose({ format: 'zarr' });
  filmed.receive(2);
  await filmed.choose({ record: 'off' });
  filmed.receive(3);
  await filmed.choose({ record: 'frames' });
  filmed.receive(4);
  await filmed.close();
  const movies = readdirSync(filmed.recordings).filter((name) => /\.(bin|zarr)$/.test(name));
  const pages = await Promise.all(movies.map((name) => bytes(join(filmed.recordings, name))));
  expect(pages.flat().sort((a, b) => a[0]! - b[0]!)).toEqual([1, 2, 4].map(pixelsOf));
  expect(movies).toHaveLength(3);
  expect(filmed.needed).toEqual([false, true, true, false, true]);
});

test('a thread that dies gives back what it held, and is told of; Movie is off, and may be turned on again', async () => {
  // No thread knows such pixels.
  const filmed = film({ record: 'frames', lastS: 5 }, { pixelFormat: 'mono99' });
  for (const id of from(0, 3)) filmed.receive(id);
  await expect.poll(() => filmed.events.length, SOON).toBe(2);
  expect(filmed.events.sort()).toEqual([
    expect.stringMatching(/^error: Movie off: its thread has ended \(TypeError.*3 frames are lost$/),
    expect.stringMatching(/^error: nothing is kept: the thread has ended/),
  ]);
  expect(filmed.movies.state).toMatchObject({ record: 'off', kept: { lastS: 0, frames: 0 } });
  expect(filmed.needed.at(-1)).toBe(false);
  await filmed.choose({ record: 'frames' });
  filmed.receive(3);
  await expect.poll(() => filmed.events.filter((text) => text.startsWith('error')).length, SOON).toBe(3);
  await filmed.close();
});
