import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import type { CameraAdapter, CameraFrame } from '#camera-adapters/define.ts';
import type { PaceClock } from '#camera-adapters/pace.ts';
import { replayCamera } from '#camera-adapters/replay.ts';
import { manualSteps, stepsOfLines } from '#camera-adapters/steps.ts';
import { nowNs } from '#protocol/clock.ts';
import { ConfigError, StackError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { encodeNpz } from '#protocol/npz.ts';
import { createRandom } from '#simulation/random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTiff } from '../support/tiff-writer.ts';

const folder = temporaryFolder();
const [frames, height, width] = [10, 3, 5];

/** Frame n is filled with 10 + n. */
const path = join(folder, 'ten.npy');
writeFileSync(
  path,
  encodeNpy(
    Uint8Array.from({ length: frames * 15 }, (_, i) => 10 + Math.floor(i / 15)),
    [frames, height, width],
  ),
);

/** The same frames, recorded 20 ms apart. */
const timed = join(folder, 'timed.tif');
const pages = Array.from({ length: frames }, (_, n) => new Uint8Array(15).fill(10 + n));
const description = `ImageJ=1.54f\nimages=${frames}\nframes=${frames}\nfinterval=0.02\n`;
writeFileSync(timed, writeTiff(pages, { width, height, description }));

interface Shown {
  id: number;
  timeNs: bigint;
  /** Count every pixel had when the frame was shown; NaN if they differed. */
  count: number;
  /** Clock when it was shown. */
  atMs: number;
}

/** Plays up to `limit` frames, then closes the camera. */
async function play(
  camera: CameraAdapter,
  limit = Number.POSITIVE_INFINITY,
  clock?: PaceClock,
): Promise<Shown[]> {
  const shown: Shown[] = [];
  await camera.open();
  const { signal } = new AbortController();
  for await (const { id, timeNs, pixels } of camera.frames(signal)) {
    const count = pixels.every((pixel) => pixel === pixels[0]) ? pixels[0]! : Number.NaN;
    shown.push({ id, timeNs, count, atMs: clock?.nowMs() ?? Number.NaN });
    if (shown.length === limit) break;
  }
  await camera.close();
  return shown;
}

/** Time that passes only in sleep, which lasts whole ms and then up to `lateMs` too long, as timers do. */
function lateClock(lateMs = 1.5, seed = 3): PaceClock & { sleeps: number } {
  const { uniform } = createRandom(seed);
  let now = 1234.5;
  return {
    sleeps: 0,
    nowMs: () => now,
    async sleep(ms) {
      this.sleeps++;
      now += Math.max(1, Math.trunc(ms)) + lateMs * uniform();
    },
  };
}

const column = <K extends keyof Shown>(shown: Shown[], key: K) => shown.map((frame) => frame[key]);
const upTo = (n: number, from = 0) => Array.from({ length: n - from }, (_, i) => from + i);

describe('what a replay says of itself', () => {
  test('shape, name and pixel size of the stack', async () => {
    const camera = replayCamera({ path, pixelSizeNm: 112 });
    const facts = await camera.open();
    await camera.close();
    expect(facts).toEqual({
      camera: 'replay ten.npy',
      width,
      height,
      pixelFormat: 'mono8',
      fps: 100,
      pixelSizeNm: 112,
    });
  });

  test.each([
    ['recorded times', 50, { path: timed }],
    ['recorded times of a part', 50, { path: timed, startFrame: 4, endFrame: 7 }],
    ['recorded times and fps', 300, { path: timed, fps: 300 }],
    ['fps', 300, { path, fps: 300 }],
    ['neither', 100, { path }],
    ['as fast as it goes', 0, { path, fps: 300, pace: 'fast' as const }],
    ['steps', 0, { path, pace: 'step' as const }],
  ])('with %s the frame rate is %d Hz', async (_, fps, settings) => {
    const camera = replayCamera(settings);
    expect((await camera.open()).fps).toBeCloseTo(fps, 9);
    await camera.close();
  });

  test('pixel size is NaN when nobody says it', async () => {
    const camera = replayCamera({ path });
    expect((await camera.open()).pixelSizeNm).toBeNaN();
    await camera.close();
  });
});

describe('as fast as it goes', () => {
  test('plays every frame once, in order', async () => {
    const shown = await play(replayCamera({ path, pace: 'fast' }));
    expect(column(shown, 'id')).toEqual(upTo(10));
    expect(column(shown, 'count')).toEqual(upTo(20, 10));
  });

  test('of a file that is cut off plays the frames before, and says once what is missing', async () => {
    const cut = join(folder, 'cut.npz');
    const data = Uint8Array.from({ length: frames * 15 }, (_, i) => 10 + Math.floor(i / 15));
    const whole = encodeNpz({ movie: { data, shape: [frames, height, width] } });
    // 39 bytes before the array, 128 of its header, six frames and a part of one.
    writeFileSync(cut, whole.subarray(0, 39 + 128 + 6 * 15 + 4));
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const shown = await play(replayCamera({ path: cut, pace: 'fast' }));
    expect(column(shown, 'count')).toEqual(upTo(16, 10));
    expect(said.mock.calls).toEqual([[`${cut}#movie: the file is cut off: frames 6 to 9 of 10 are missing`]]);
    said.mockRestore();
  });

  test('frames are timed as recorded, from the start of the replay', async () => {
    const before = nowNs();
    const shown = await play(replayCamera({ path: timed, pace: 'fast' }));
    expect(shown[0]!.timeNs).toBeGreaterThanOrEqual(before);
    expect(shown[0]!.timeNs).toBeLessThanOrEqual(nowNs());
    expect(shown.map(({ timeNs }) => timeNs - shown[0]!.timeNs)).toEqual(
      upTo(10).map((n) => BigInt(n) * 20_000_000n),
    );
  });

  test('from startFrame to before endFrame, ids are frames of the stack', async () => {
    const shown = await play(replayCamera({ path, pace: 'fast', startFrame: 3, endFrame: 7 }));
    expect(column(shown, 'id')).toEqual([3, 4, 5, 6]);
    expect(column(shown, 'count')).toEqual([13, 14, 15, 16]);
  });

  test.each([
    ['given', path, 10_000_000n],
    ['recorded', timed, 20_000_000n],
  ])('over loops ids and times go on, times %s', async (_, looped, stepNs) => {
    const shown = await play(replayCamera({ path: looped, pace: 'fast', loop: true, startFrame: 7 }), 8);
    expect(column(shown, 'id')).toEqual(upTo(15, 7));
    expect(column(shown, 'count')).toEqual([17, 18, 19, 17, 18, 19, 17, 18]);
    expect(shown.map(({ timeNs }) => timeNs - shown[0]!.timeNs)).toEqual(
      upTo(8).map((n) => BigInt(n) * stepNs),
    );
  });

  test('one frame in a loop is a camera that shows it for ever', async () => {
    const shown = await play(replayCamera({ path, pace: 'fast', loop: true, startFrame: 9 }), 5);
    expect(column(shown, 'id')).toEqual([9, 10, 11, 12, 13]);
    expect(column(shown, 'count')).toEqual([19, 19, 19, 19, 19]);
  });

  test('pixels stay until the next frame is asked for, and lie in two buffers', async () => {
    const camera = replayCamera({ path, pace: 'fast' });
    await camera.open();
    const iterator = camera.frames(new AbortController().signal)[Symbol.asyncIterator]();
    const buffers = new Set<ArrayBufferLike>();
    for (let n = 0; n < frames; n++) {
      const frame = (await iterator.next()).value as CameraFrame;
      // Turns of the event loop in which the next frame is read from the file.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect([...frame.pixels]).toEqual(new Array(15).fill(10 + n));
      buffers.add(frame.pixels.buffer);
    }
    expect((await iterator.next()).done).toBe(true);
    expect(buffers.size).toBe(2);
    await camera.close();
  });

  test('ends when it is told to, also within a loop', async () => {
    const camera = replayCamera({ path, pace: 'fast', loop: true });
    await camera.open();
    const stop = new AbortController();
    let shown = 0;
    for await (const { id } of camera.frames(stop.signal)) {
      shown++;
      if (id === 24) stop.abort();
    }
    await camera.close();
    expect(shown).toBe(25);
  });
});

describe('in real time', () => {
  test.each([7, 100, 999, 5000])(
    'at %d Hz no frame is early, none is skipped, and lateness does not add up',
    async (fps) => {
      const clock = lateClock();
      const startMs = clock.nowMs();
      const shown = await play(replayCamera({ path, fps, loop: true }, { clock }), 2000, clock);
      expect(column(shown, 'id')).toEqual(upTo(2000));
      const lateMs = shown.map(({ atMs }, n) => atMs - startMs - (n * 1000) / fps);
      expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(-1e-6 /* ms: rounding */);
      // A sleep of whole ms, up to 1 ms too long by rounding up, and 1.5 ms by the clock.
      expect(Math.max(...lateMs)).toBeLessThanOrEqual(2.5);
    },
  );

  test('up to 1 kHz a frame takes one timer at most', async () => {
    const clock = lateClock(0);
    await play(replayCamera({ path, fps: 900, loop: true }, { clock }), 2000);
    expect(clock.sleeps).toBeLessThan(2000);
  });

  test('above 1 kHz one timer lets several frames through', async () => {
    const clock = lateClock();
    await play(replayCamera({ path, fps: 5000, loop: true }, { clock }), 2000);
    expect(clock.sleeps).toBeLessThan(400);
  });

  test('recorded times are kept', async () => {
    const clock = lateClock();
    const startMs = clock.nowMs();
    const shown = await play(replayCamera({ path: timed }, { clock }), 25, clock);
    const lateMs = shown.map(({ atMs }, n) => atMs - startMs - 20 * n);
    expect(lateMs).toHaveLength(10);
    expect(Math.max(...lateMs)).toBeLessThanOrEqual(2.5 /* ms, as above */);
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(-1e-6);
  });

  test('frames that are late come at once, all of them', async () => {
    const clock = lateClock();
    const camera = replayCamera({ path, fps: 100 }, { clock });
    await camera.open();
    const ids: number[] = [];
    for await (const { id } of camera.frames(new AbortController().signal)) {
      ids.push(id);
      // The one who takes them is busy for as long as the whole recording.
      if (id === 2) await clock.sleep(200, new AbortController().signal);
      if (id === 2) clock.sleeps = 0;
    }
    await camera.close();
    expect(ids).toEqual(upTo(10));
    expect(clock.sleeps).toBe(0);
  });

  test('ends while it waits for the next frame', async () => {
    const stop = new AbortController();
    const camera = replayCamera({ path, fps: 0.001 });
    await camera.open();
    const shown: number[] = [];
    for await (const { id } of camera.frames(stop.signal)) {
      shown.push(id);
      setImmediate(() => stop.abort());
    }
    await camera.close();
    expect(shown).toEqual([0]);
  });
});

describe('stepped', () => {
  test('shows a frame a step, and nothing without', async () => {
    const steps = manualSteps();
    const camera = replayCamera({ path, pace: 'step' }, { steps });
    await camera.open();
    const iterator = camera.frames(new AbortController().signal)[Symbol.asyncIterator]();
    let next = iterator.next();
    let arrived = false;
    void next.then(() => (arrived = true));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(arrived).toBe(false);
    steps.step();
    expect((await next).value).toMatchObject({ id: 0 });
    steps.step(2);
    expect((await iterator.next()).value).toMatchObject({ id: 1 });
    expect((await iterator.next()).value).toMatchObject({ id: 2 });
    next = iterator.next();
    steps.end();
    expect((await next).done).toBe(true);
    await camera.close();
  });

  test('a line of input is a step; it ends with the input', async () => {
    const input = new PassThrough();
    input.end('\n\nnext\n');
    const shown = await play(replayCamera({ path, pace: 'step' }, { steps: stepsOfLines(input) }));
    expect(column(shown, 'count')).toEqual([10, 11, 12]);
  });

  test('ends with the stack and leaves the input', async () => {
    const input = new PassThrough();
    input.write('\n'.repeat(25));
    const shown = await play(replayCamera({ path, pace: 'step' }, { steps: stepsOfLines(input) }));
    expect(column(shown, 'id')).toEqual(upTo(10));
    expect(input.isPaused()).toBe(true);
    expect(input.listenerCount('data')).toBe(0);
  });

  test.each([
    ['a call', manualSteps()],
    ['a line', stepsOfLines(new PassThrough())],
  ])('ends while it waits for %s', async (_, steps) => {
    const stop = new AbortController();
    const camera = replayCamera({ path, pace: 'step' }, { steps });
    await camera.open();
    const next = camera.frames(stop.signal)[Symbol.asyncIterator]().next();
    setImmediate(() => stop.abort());
    expect((await next).done).toBe(true);
    await camera.close();
  });
});

describe('settings and stacks that cannot be played', () => {
  test.each([
    ['fps', { fps: 0 }],
    ['startFrame', { startFrame: -1 }],
    ['pace', { pace: 'slow' as 'fast' }],
    ['path', { path: '' }],
    ['speed', { speed: 3 } as { loop?: boolean }],
  ])('%s out of range or unknown is refused by name', (received, setting) => {
    const settings = { path, ...setting };
    expect(() => replayCamera(settings)).toThrow(ConfigError);
    expect(() => replayCamera(settings)).toThrow(received);
  });

  test.each([{ startFrame: 10 }, { endFrame: 11 }, { startFrame: 5, endFrame: 5 }])(
    '%j of a stack of ten frames is refused',
    async (range) => {
      const camera = replayCamera({ path, ...range });
      await expect(camera.open()).rejects.toThrow(
        /expected startFrame below endFrame, and at most the 10 frames of/,
      );
      await camera.close();
    },
  );

  test('a stack that is none is refused on opening', async () => {
    const camera = replayCamera({ path: join(folder, 'absent.tif') });
    await expect(camera.open()).rejects.toThrow(StackError);
    await camera.close();
  });

  test('a frame that cannot be read ends the replay after the frames before it', async () => {
    const bytes = writeTiff(pages, { width, height, deflate: true });
    bytes.fill(0xff, bytes.length - 8);
    const broken = join(folder, 'broken.tif');
    writeFileSync(broken, bytes);
    const camera = replayCamera({ path: broken, pace: 'fast' });
    await camera.open();
    const ids: number[] = [];
    const playing = (async () => {
      for await (const { id } of camera.frames(new AbortController().signal)) {
        ids.push(id);
        // The last frame fails while this one is used: nobody waits for it yet.
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      }
    })();
    await expect(playing).rejects.toThrow(/broken.tif frame 9: expected pixels compressed by deflate/);
    await camera.close();
    expect(ids).toEqual(upTo(9));
  });
});
