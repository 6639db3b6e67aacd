import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { ffmpeg, hasFfmpeg, skippedWithoutFfmpeg } from '../../support/ffmpeg.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const [WIDTH, HEIGHT, FRAMES] = [64, 48, 100];
const PIXELS = WIDTH * HEIGHT;

/** Counts that differ from pixel to pixel and frame to frame. */
const countAt = (frame: number, pixel: number, largest: number) => (frame * 911 + pixel * 37) % (largest + 1);

/** A lossless video of such counts. */
function videoOf(name: string, gray: string, largest: number, ...more: string[]): string {
  const path = join(folder, name);
  const counts = Uint16Array.from({ length: FRAMES * PIXELS }, (_, at) =>
    countAt(Math.floor(at / PIXELS), at % PIXELS, largest),
  );
  const bytes = largest < 256 ? Uint8Array.from(counts) : new Uint8Array(counts.buffer);
  const input = ['-f', 'rawvideo', '-pix_fmt', gray, '-video_size', `${WIDTH}x${HEIGHT}`, '-framerate', '50'];
  ffmpeg([...input, '-i', 'pipe:0', '-c:v', 'ffv1', '-level', '3', ...more, path], bytes);
  return path;
}

describe.skipIf(!hasFfmpeg)(`a video${skippedWithoutFfmpeg}`, () => {
  test.each([
    ['an AVI of 8 bits', 'eight.avi', 'gray', 255, 'mono8'],
    ['an MKV of 10 bits', 'ten.mkv', 'gray10le', 1023, 'mono10'],
    ['an MKV of 12 bits', 'twelve.mkv', 'gray12le', 4095, 'mono12'],
    ['an MKV of 16 bits', 'sixteen.mkv', 'gray16le', 65_535, 'mono16'],
  ])('%s comes out count for count', async (_, name, gray, largest, pixelFormat) => {
    const { pages, ...facts } = await readStack(videoOf(name, gray, largest));
    expect(facts).toMatchObject({ frames: FRAMES, width: WIDTH, height: HEIGHT, pixelFormat });
    for (const [frame, page] of pages.entries()) {
      for (let pixel = 0; pixel < PIXELS; pixel += 7) {
        expect(page[pixel]).toBe(countAt(frame, pixel, largest));
      }
    }
  });

  test('gives any frame in any order, and the time of each', async () => {
    const stack = await openStack(videoOf('order.mkv', 'gray16le', 65_535));
    const into = new Uint8Array(2 * PIXELS);
    // On, over a few, far ahead, back, the same again, the last.
    for (const frame of [0, 1, 5, 95, 40, 40, FRAMES - 1]) {
      await stack.readFrame(frame, into);
      expect(new Uint16Array(into.buffer)[3]).toBe(countAt(frame, 3, 65_535));
    }
    expect(Number(stack.timeNs![50])).toBe(1e9);
    await expect(stack.readFrame(FRAMES, into)).rejects.toThrow(/expected a frame from 0 to 99/);
    await stack.close();
  });

  test('that is cut off gives the frames that are whole, and says so', async () => {
    const whole = readFileSync(videoOf('whole.mkv', 'gray16le', 65_535));
    const path = join(folder, 'cut.mkv');
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * 0.7)));
    const stack = await openStack(path);
    expect(stack.frames).toBeGreaterThan(50);
    expect(stack.frames).toBeLessThan(80);
    expect(stack.cut).toMatch(/ended prematurely|truncat/i);
    const into = new Uint8Array(2 * PIXELS);
    await stack.readFrame(stack.frames - 2, into);
    expect(new Uint16Array(into.buffer)[3]).toBe(countAt(stack.frames - 2, 3, 65_535));
    await stack.close();
  });

  test('without a picture in it is refused in the words of ffmpeg', async () => {
    const path = join(folder, 'nothing.mp4');
    writeFileSync(path, Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isomiso2'));
    await expect(openStack(path)).rejects.toThrow(
      /nothing.mp4: expected a video that ffmpeg can read, received/,
    );
    const sound = join(folder, 'sound.mkv');
    ffmpeg(['-f', 'lavfi', '-i', 'sine=duration=1', sound]);
    await expect(openStack(sound)).rejects.toThrow(/received no frames of video/);
  });

  const real = new URL('../../../../shared/data/real/video_mp4_particles/', import.meta.url).pathname;
  const reason = existsSync(real) ? '' : ' (skipped: no ../shared/data/real)';
  test.skipIf(!existsSync(real)).each([
    ['trapped_good.mp4', 100, 120, 120],
    ['brownian_bad.mp4', 50, 400, 400],
  ])(`%s, a recording of particles, has all its frames${reason}`, async (name, frames, width, height) => {
    const { pages, ...facts } = await readStack(`${real}${name}`);
    expect(facts).toMatchObject({ frames, width, height, pixelFormat: 'mono8' });
    expect(new Set(pages.map((page) => page.join())).size).toBeGreaterThan(frames / 2);
  });
});
