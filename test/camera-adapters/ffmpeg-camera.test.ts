import { describe, expect, test } from 'vitest';
import { type FfmpegCameraOptions, ffmpegCamera } from '#camera-adapters/ffmpeg-camera.ts';
import { hasFfmpeg, skippedWithoutFfmpeg } from '../support/ffmpeg.ts';

/** A source of ffmpeg's own: no camera is needed. */
const SOURCE: Partial<FfmpegCameraOptions> = { inputFormat: 'lavfi', width: 64, height: 48 };

/** The first frames of a camera. */
async function film(
  settings: Partial<FfmpegCameraOptions> & { input: string },
  most = Number.POSITIVE_INFINITY,
) {
  const camera = ffmpegCamera({ ...SOURCE, ...settings });
  const stop = new AbortController();
  const frames: { id: number; pixels: Uint8Array; timeNs: bigint }[] = [];
  const facts = await camera.open();
  try {
    for await (const { id, pixels, timeNs } of camera.frames(stop.signal)) {
      frames.push({ id, pixels: pixels.slice(), timeNs });
      if (frames.length >= most) stop.abort();
    }
  } finally {
    await camera.close();
  }
  return { facts, frames };
}

describe.skipIf(!hasFfmpeg)(`a camera that ffmpeg reads${skippedWithoutFfmpeg}`, () => {
  test('delivers its frames in order, gray, with numbers and times', async () => {
    // Each frame has the gray of its number.
    const input = 'color=black:size=64x48:rate=50:duration=1,format=gray,geq=lum=N*5';
    const { facts, frames } = await film({ input, fps: 50, pixelSizeNm: 120 });
    const shape = { width: 64, height: 48, pixelFormat: 'mono8', fps: 50, pixelSizeNm: 120 };
    expect(facts).toEqual({ camera: `ffmpeg ${input}`, ...shape });
    expect(frames.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, id) => id));
    for (const { id, pixels } of frames) expect(pixels).toEqual(new Uint8Array(64 * 48).fill(5 * id));
    for (let at = 1; at < 50; at++) expect(frames[at]!.timeNs > frames[at - 1]!.timeNs).toBe(true);
  });

  test('keeps the bits of a source of 12', async () => {
    const input = 'color=black:size=64x48:rate=50:duration=0.1,format=gray12le,geq=lum=3000';
    const { frames } = await film({ input, pixelFormat: 'mono12' });
    expect(new Uint16Array(frames[0]!.pixels.buffer)).toEqual(new Uint16Array(64 * 48).fill(3000));
  });

  test('comes in its own time, and ends when it is told to', async () => {
    const { frames } = await film({ input: 'testsrc=size=64x48:rate=200', arguments: '-re' }, 20);
    expect(frames).toHaveLength(20);
  });

  test('that is not there is named in the words of ffmpeg', async () => {
    await expect(film({ input: '/dev/video-none', inputFormat: 'v4l2' })).rejects.toThrow(
      /ffmpeg \/dev\/video-none: expected frames for as long as it runs, received .*No such file/s,
    );
  });
});

test('a setting out of range is named', () => {
  expect(() => ffmpegCamera({ input: '/dev/video0', fps: 0 })).toThrow(/fps/);
  expect(() => ffmpegCamera({ input: '/dev/video0', inputFormat: 'v4l2 -y /etc/passwd' })).toThrow(
    /inputFormat/,
  );
});
