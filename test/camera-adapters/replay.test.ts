import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { CameraFrame } from '#camera-adapters/define.ts';
import { replayCamera } from '#camera-adapters/replay.ts';
import { nowNs } from '#protocol/clock.ts';
import { ConfigError, StackError } from '#protocol/errors.ts';
import { encodeNpz } from '#protocol/npz.ts';
import {
  column,
  folder,
  frames,
  height,
  pages,
  path,
  play,
  timed,
  upTo,
  width,
} from '../support/ten-frame-replay.ts';
import { writeTiff } from '../support/tiff-writer.ts';

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
