import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { readStack } from '../../support/read-stack.ts';
import { type TdmsWritten, writeTdmsSegment } from '../../support/tdms-writer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let runs = 0;

/** A run: its TDMS file, and the movie of an ROI where there is one. */
function save(bytes: Uint8Array, movie?: Uint8Array): string {
  const folder = join(root, `${runs++}`);
  mkdirSync(folder);
  const path = join(folder, 'run.tdms');
  writeFileSync(path, bytes);
  if (movie) writeFileSync(join(folder, 'runROI.bin'), movie);
  return path;
}

const time = (values: readonly number[], name = 'Time (s)'): TdmsWritten => ({
  path: `/'Tracking data'/'${name}'`,
  type: 'f8',
  values,
});
const focus = (values: readonly number[], name = 'Focus (um)'): TdmsWritten => ({
  path: `/'Tracking data'/'${name}'`,
  type: 'f8',
  values,
});
const side = (roi: number | string): TdmsWritten => ({ path: '/', properties: { 'ROI (pix)': roi } });
const movie = (frames: number, px = 4) => Uint8Array.from({ length: frames * px * px }, (_, at) => 7 * at);

describe('the movie of an ROI beside its traces', () => {
  test('has a frame for each row, with its time and focus', async () => {
    const pixels = movie(3);
    const path = save(writeTdmsSegment([side(4), time([5, 5.5, 6.25]), focus([1, 2, 4])]), pixels);
    const stack = await readStack(path);
    expect(stack).toMatchObject({ path, frames: 3, width: 4, height: 4, pixelFormat: 'mono8' });
    expect(stack.pages).toEqual([0, 1, 2].map((frame) => pixels.slice(16 * frame, 16 * frame + 16)));
    expect(stack.timeNs).toEqual(BigInt64Array.of(0n, 500_000_000n, 1_250_000_000n));
    expect((await openedAndClosed(path)).planeZNm).toEqual(Float64Array.of(1000, 2000, 4000));
    expect(stack.cut).toBeUndefined();
  });

  test('units are those the channels name', async () => {
    const path = save(
      writeTdmsSegment([side(4), time([0, 20], 'Time (ms)'), focus([0.043, 0.0431], 'Focus (mm)')]),
      movie(2),
    );
    const { timeNs, planeZNm } = await openedAndClosed(path);
    expect(timeNs).toEqual(BigInt64Array.of(0n, 20_000_000n));
    expect([...planeZNm!].map(Math.round)).toEqual([43_000, 43_100]);
  });

  test('without its side among the properties, it follows from the bytes', async () => {
    expect(await openedAndClosed(save(writeTdmsSegment([time([0, 1])]), movie(2, 5)))).toMatchObject({
      frames: 2,
      width: 5,
      height: 5,
    });
    await expect(openStack(save(writeTdmsSegment([time([0, 1])]), new Uint8Array(30)))).rejects.toThrow(
      'runROI.bin: expected 2 square frames, received 30 bytes',
    );
  });

  test.each<[string, TdmsWritten[], Uint8Array | undefined, string]>([
    ['a frame too many', [side(4), time([0, 1])], movie(3), 'expected 32 bytes: 2 frames of 4 x 4 px'],
    ['less than a frame', [side(4), time([0, 1])], new Uint8Array(9), 'received 9'],
    [
      'a side that is no number',
      [side('wide'), time([0, 1])],
      movie(2),
      'ROI (pix): expected a whole number of px, received wide',
    ],
    [
      'times that go back',
      [side(4), time([0, 2, 1])],
      movie(3),
      'Time (s) row 2: expected a time, not before the last one, received 1',
    ],
    [
      'a focus that is none',
      [side(4), time([0, 1]), focus([1, Number.NaN])],
      movie(2),
      'Focus (um) row 1: expected a place of the focus, received NaN',
    ],
    [
      'fewer places than times',
      [side(4), time([0, 1]), focus([1])],
      movie(2),
      'expected as many values of each, received 2 and 1',
    ],
    [
      'two channels of times',
      [side(4), time([0, 1]), time([0, 1], 'time (ms)')],
      movie(2),
      'expected one channel',
    ],
    ['no movie', [side(4), time([0, 1])], undefined, 'received traces alone; put the movie beside it'],
    ['no times, focus or images', [x()], movie(2), 'received neither'],
  ])('%s is refused', async (_, objects, pixels, text) => {
    await expect(openStack(save(writeTdmsSegment(objects), pixels))).rejects.toThrow(text);
  });

  test('a movie that is cut off gives its whole frames', async () => {
    const path = save(writeTdmsSegment([side(4), time([0, 1, 2])]), movie(3).subarray(0, 37));
    const stack = await readStack(path);
    expect(stack.pages).toHaveLength(2);
    expect(stack.timeNs).toHaveLength(2);
    expect(stack.cut).toMatch(/^frames 2 to 2 of .*runROI\.bin are missing$/);
  });

  test('traces that are cut off give as many frames as they have rows', async () => {
    const bytes = writeTdmsSegment([side(4), time([0, 1, 2])]);
    const path = save(bytes.subarray(0, bytes.length - 3), movie(3));
    expect(await openedAndClosed(path)).toMatchObject({ frames: 2, cut: 'segment 0: 21 of 24 bytes' });
  });
});

const x = (): TdmsWritten => ({ path: "/'beads'/'x'", type: 'f8', values: [1, 2] });

async function openedAndClosed(path: string) {
  const stack = await openStack(path);
  await stack.close();
  return stack;
}

const size = { width: 3, height: 2 };
const image = (path: string, values: readonly number[], properties = {}): TdmsWritten => ({
  path,
  type: 'u2',
  values,
  properties,
});
const counts = (frames: number, from = 0) => Array.from({ length: 6 * frames }, (_, at) => 300 * at + from);

describe('images in channels', () => {
  test.each([false, true])(
    'frames that follow one another, over chunks and segments (big-endian %s)',
    async (bigEndian) => {
      const first = counts(1);
      const path = save(
        Buffer.concat([
          writeTdmsSegment([image("/'movie'/'pixels'", first, size), time([0])], { bigEndian, chunks: 2 }),
          // A frame that begins in one segment and ends in the next.
          writeTdmsSegment([image("/'movie'/'pixels'", counts(1, 7).slice(0, 4))]),
          writeTdmsSegment([image("/'movie'/'pixels'", counts(1, 7).slice(4)), time([1])]),
        ]),
      );
      const stack = await readStack(path);
      expect(stack).toMatchObject({ frames: 3, width: 3, height: 2, pixelFormat: 'mono16' });
      expect(stack.pages).toEqual([first, first, counts(1, 7)].map((page) => Uint16Array.from(page)));
      expect(stack.timeNs).toEqual(BigInt64Array.of(0n, 0n, 1_000_000_000n));
    },
  );

  test('a frame a channel, where the size is that of the group', async () => {
    const group: TdmsWritten = { path: "/'movie'", properties: { 'Width (pix)': 3, 'Height (pix)': 2 } };
    const path = save(
      writeTdmsSegment([group, image("/'movie'/'b'", counts(1)), image("/'movie'/'a'", counts(1, 5)), x()]),
    );
    const { pages } = await readStack(path);
    expect(pages).toEqual([counts(1), counts(1, 5)].map((page) => Uint16Array.from(page)));
  });

  test('of several, one is named', async () => {
    const path = save(
      writeTdmsSegment([image("/'g'/'a'", counts(1), size), image("/'g'/'b'", counts(2, 9), size)]),
    );
    await expect(openStack(path)).rejects.toThrow(`received 'g/a', 'g/b'; name one: ${path}#g/a`);
    await expect(openStack(`${path}#g/c`)).rejects.toThrow(
      "expected one of 'g/a', 'g/b', received none of that name",
    );
    expect((await readStack(`${path}#g/b`)).pages[0]).toEqual(Uint16Array.from(counts(1, 9)));
  });

  test.each<[string, TdmsWritten[], string]>([
    [
      'pixels that are no whole frames',
      [image("/'g'/'a'", [1, 2, 3, 4], size)],
      'g/a: expected whole frames of 3 x 2 px, received 4 pixels',
    ],
    [
      'pixels of another type',
      [{ ...image("/'g'/'a'", counts(1), size), type: 'i4' }],
      'expected pixels of u1, u2 or f4, received i4',
    ],
    [
      'channels of several frames where the group has the size',
      [{ path: "/'g'", properties: size }, image("/'g'/'a'", counts(1)), image("/'g'/'b'", counts(2))],
      'g/b: expected one frame a channel of 3 x 2 px, received 12 pixels',
    ],
  ])('%s are refused', async (_, objects, text) => {
    await expect(openStack(save(writeTdmsSegment(objects)))).rejects.toThrow(text);
  });

  test('of a file that is cut off, the whole frames are read', async () => {
    const bytes = writeTdmsSegment([image("/'g'/'a'", counts(3), size)]);
    const stack = await readStack(save(bytes.subarray(0, bytes.length - 1)));
    expect(stack.pages).toEqual(
      [counts(2).slice(0, 6), counts(2).slice(6)].map((page) => Uint16Array.from(page)),
    );
    expect(stack.cut).toBe('segment 0: 35 of 36 bytes');
  });
});

const real = new URL('../../../../shared/data/real/mt_zsweep_vannoort_024/', import.meta.url).pathname;
const reason = existsSync(real) ? '' : ' (skipped: no ../shared/data/real)';

describe.skipIf(!existsSync(real))(`a focal sweep of LabVIEW${reason}`, () => {
  const path = `${real}data_024.tdms`;

  test('all 251 frames, their times and the focus are those of the lab', async () => {
    const { pages, ...facts } = await readStack(path);
    expect(facts).toMatchObject({ frames: 251, width: 100, height: 100, pixelFormat: 'mono8' });
    const bytes = readFileSync(`${real}data_024ROI.bin`);
    expect(Buffer.concat(pages as Uint8Array[]).equals(bytes)).toBe(true);
    const { sweep } = JSON.parse(readFileSync(`${real}expected.json`, 'utf8'));
    const { timeNs, planeZNm } = await openedAndClosed(path);
    const off = (sweep.focus_um as number[]).map((um, frame) => Math.abs(planeZNm![frame]! - 1000 * um));
    expect(Math.max(...off)).toBeLessThan(0.06 /* nm: they are written to 0.1 nm */);
    const times = [...timeNs!].map((ns) => Number((Number(ns) / 1e9).toPrecision(5)));
    expect(times).toEqual(sweep.time_s);
  });

  test('with half of the movie, half of the frames', async () => {
    const folder = join(root, 'half');
    mkdirSync(folder);
    for (const name of ['data_024.tdms', 'data_024ROI.bin']) {
      writeFileSync(join(folder, name), readFileSync(real + name));
    }
    truncateSync(join(folder, 'data_024ROI.bin'), 1_255_000);
    expect(await openedAndClosed(join(folder, 'data_024.tdms'))).toMatchObject({ frames: 125 });
  });
});
