import { expect, test } from 'vitest';
import { FrameRing } from '#movies/frame-ring.ts';
import { exampleFrame, exampleLayout } from './example-film.ts';

const layout = exampleLayout();
const BYTES = 480;

/** A ring of the example: 5 ms from one frame to the next. */
function ring(lastS: number, frames: number) {
  const made = new FrameRing();
  made.setLimits(lastS, frames * BYTES);
  const keep = (id: number) => {
    const { pixels, ...frame } = exampleFrame(id, layout);
    return made.keep(frame, BYTES, (into) => into.set(pixels));
  };
  return { made, keep };
}

const ids = (made: FrameRing) => made.want().map(({ id }) => id);

test('the oldest frames make room, by time and by memory', () => {
  const byTime = ring(0.02, 100);
  for (let id = 0; id < 20; id++) expect(byTime.keep(id)).toBe(true);
  expect(byTime.made).toMatchObject({ frames: 5, bytes: 5 * BYTES, seconds: 0.02 });
  expect(ids(byTime.made)).toEqual([15, 16, 17, 18, 19]);
  const byMemory = ring(1, 3);
  for (let id = 0; id < 20; id++) expect(byMemory.keep(id)).toBe(true);
  expect(ids(byMemory.made)).toEqual([17, 18, 19]);
});

test('frames that are still to be written stay as they are, and those to come find no room', () => {
  const { made, keep } = ring(1, 3);
  for (let id = 0; id < 3; id++) keep(id);
  const wanted = made.want();
  expect(keep(3)).toBe(false);
  expect(wanted.map(({ pixels }) => [...pixels])).toEqual(
    [0, 1, 2].map((id) => [...exampleFrame(id, layout).pixels]),
  );
  wanted[0]!.wanted--;
  expect(keep(4)).toBe(true);
  expect(ids(made)).toEqual([1, 2, 4]);
});

test('when nothing is to be kept any more, memory goes as soon as it is written', () => {
  const { made, keep } = ring(1, 3);
  for (let id = 0; id < 3; id++) keep(id);
  const wanted = made.want();
  made.setLimits(0, 3 * BYTES);
  expect(made.frames).toBe(3);
  for (const frame of wanted) frame.wanted--;
  made.tidy();
  expect(made).toMatchObject({ frames: 0, bytes: 0, seconds: 0 });
});

test('another size of frames is kept beside the one before', () => {
  const { made, keep } = ring(1, 3);
  keep(0);
  const wide = exampleLayout('float32');
  const { pixels, ...frame } = exampleFrame(1, wide);
  expect(made.keep(frame, pixels.length, (into) => into.set(pixels))).toBe(true);
  expect(made.want().map((kept) => kept.pixels.length)).toEqual([BYTES, 2 * BYTES]);
});
