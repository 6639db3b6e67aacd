import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBrukerTifs, openBrukerSeries } from '#calcium-files/bruker-series.ts';
import { brukerTimes } from '#calcium-files/bruker-times.ts';
import { layoutOfNames } from '#camera-adapters/stacks/bruker-layout.ts';
import { type BrukerWriting, image, nameOf, writeBrukerFolder } from '../support/bruker-folder.ts';
import { writeTiff } from '../support/tiff-writer.ts';

/** Channel, cycle and number of every frame, as its pixels tell. */
async function told(folder: string, choice = {}): Promise<number[][]> {
  const { shape, values } = await loadBrukerTifs(await openBrukerSeries(folder), choice);
  return Array.from({ length: shape[0]! }, (_, frame) => [...values.subarray(20 * frame, 20 * frame + 3)]);
}

test('with and without its document, twelve volumes of two channels come out in order', async () => {
  for (const type of [undefined, 'TSeries ZSeries Element']) {
    const folder = writeBrukerFolder({ channels: [1, 3], cycles: 12, numbers: 11, ...(type && { type }) });
    const wanted = Array.from({ length: 12 }, (_, cycle) => [3, cycle + 1, 11]);
    expect(await told(folder, { channel: 1, plane: 10 })).toEqual(wanted);
  }
});

test('the order in which a folder lists its images does not matter', async () => {
  const numbers = [10, 2, 9, 1, 11, 3, 8, 4, 7, 5, 6];
  const names = numbers.map((number) => nameOf('a', 1, 2, number));
  const { place, frames } = await layoutOfNames(names, 'a', async () => 1);
  const placed = Array.from({ length: frames }, (_, frame) => place(0, 0, frame).name);
  expect(placed).toEqual(Array.from({ length: 11 }, (_, frame) => nameOf('a', 1, 2, frame + 1)));
});

test('cycles of one plane are one film when the document says so, and volumes by their names alone', async () => {
  const folder = writeBrukerFolder({ cycles: 2, numbers: 3, type: 'TSeries Timed Element' });
  const series = await openBrukerSeries(folder);
  expect(series).toMatchObject({ planes: 1, frames: 6 });
  expect(await told(folder)).toEqual(
    [1, 2].flatMap((cycle) => [1, 2, 3].map((number) => [2, cycle, number])),
  );
  expect([...brukerTimes(series.scan!, 1, 6).startS]).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
  rmSync(join(folder, 'a_Cycle00009_b.xml'));
  expect(await openBrukerSeries(folder)).toMatchObject({ planes: 3, frames: 2 });
});

test('a document whose sequences and frames are out of order is put in order', async () => {
  const folder = writeBrukerFolder({ cycles: 3, numbers: 2, type: 'TSeries ZSeries Element' });
  const file = join(folder, 'a_Cycle00009_b.xml');
  const text = readFileSync(file, 'utf8');
  const parts = text.split(/(?=<Sequence)|(?=<\/PVScan)/);
  const swapped = parts.map((part) => part.replace(/(<Frame.*<\/Frame>)(<Frame.*<\/Frame>)/, '$2$1'));
  writeFileSync(file, [swapped[0], swapped[3], swapped[1], swapped[2], swapped[4]].join(''));
  expect(readFileSync(file, 'utf8')).not.toBe(text);
  expect(await told(folder, { plane: 1 })).toEqual([1, 2, 3].map((cycle) => [2, cycle, 2]));
});

test('a last volume that was not finished is left out, and said so', async () => {
  for (const type of [undefined, 'TSeries ZSeries Element']) {
    const folder = writeBrukerFolder({ cycles: 3, numbers: 4, ...(type && { type }) });
    const lost = nameOf('a_Cycle00009_b', 3, 2, 4);
    rmSync(join(folder, lost));
    if (type) {
      const file = join(folder, 'a_Cycle00009_b.xml');
      const frame = new RegExp(`<Frame (?:(?!<Frame ).)*${lost}" /></Frame>`);
      writeFileSync(file, readFileSync(file, 'utf8').replace(frame, ''));
    }
    const series = await openBrukerSeries(folder);
    expect(series).toMatchObject({ planes: 4, frames: 2 });
    expect(series.notes).toEqual(['cycle 3 has 3 of 4 planes: left out']);
  }
});

const BASE = 'a_Cycle00009_b';
const BREAKS: [string, BrukerWriting, (folder: string) => void, RegExp][] = [
  [
    'an image is missing that the document names',
    { cycles: 1, numbers: 3, type: 'TSeries Timed Element' },
    (folder) => rmSync(join(folder, nameOf(BASE, 1, 2, 2))),
    /Ch2_000002\.ome\.tif: expected an image of the series, received none/,
  ],
  [
    'an image is missing between others',
    { cycles: 1, numbers: 3 },
    (folder) => rmSync(join(folder, nameOf(BASE, 1, 2, 2))),
    /a_Cycle00009_b_Cycle00001_Ch2_000002\.ome\.tif: expected an image/,
  ],
  [
    'a plane is missing',
    { cycles: 3, numbers: 3 },
    (folder) => rmSync(join(folder, nameOf(BASE, 2, 2, 3))),
    /cycle 2: expected 3 planes, as cycle 1, received 2/,
  ],
  [
    'a volume is missing',
    { cycles: 3, numbers: 2 },
    (folder) => [1, 2].map((number) => rmSync(join(folder, nameOf(BASE, 2, 2, number)))),
    /_Cycle00002_Ch2_000001\.ome\.tif: expected an image/,
  ],
  [
    'a channel is missing',
    { cycles: 1, numbers: 3, channels: [1, 2] },
    (folder) => rmSync(join(folder, nameOf(BASE, 1, 1, 2))),
    /cycle 1 image 2: expected channels 1, 2.*none of channel 1/,
  ],
  [
    'there are two series',
    { cycles: 1, numbers: 2 },
    (folder) => renameSync(join(folder, nameOf(BASE, 1, 2, 2)), join(folder, nameOf('other', 1, 2, 2))),
    /expected one series, received .*other_Cycle/,
  ],
  [
    'the document is cut off',
    { cycles: 1, numbers: 3, type: 'TSeries Timed Element' },
    (folder) => {
      const file = join(folder, `${BASE}.xml`);
      writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
    },
    /a_Cycle00009_b\.xml character \d+: expected/,
  ],
  [
    'a frame has no time',
    { cycles: 1, numbers: 3, type: 'TSeries Timed Element' },
    (folder) => {
      const file = join(folder, `${BASE}.xml`);
      writeFileSync(file, readFileSync(file, 'utf8').replace('relativeTime="0.25"', 'relativeTime="soon"'));
    },
    /b\.xml sequence 1 frame 1 relativeTime: expected a number, received 'soon'/,
  ],
  [
    'two frames are one image',
    { cycles: 1, numbers: 3, type: 'TSeries Timed Element' },
    (folder) => {
      const file = join(folder, `${BASE}.xml`);
      writeFileSync(file, readFileSync(file, 'utf8').replace('000003.ome', '000002.ome'));
    },
    /Ch2_000002\.ome\.tif: expected page 1 for one image, received a second one, frame 2/,
  ],
  [
    'there is a second scan',
    { cycles: 1, numbers: 1, type: 'TSeries Timed Element' },
    (folder) => writeFileSync(join(folder, 'b.xml'), readFileSync(join(folder, `${BASE}.xml`))),
    /expected one series, received a_Cycle00009_b\.xml and b\.xml/,
  ],
  [
    'the last image is cut off',
    { cycles: 1, numbers: 3, type: 'TSeries Timed Element' },
    (folder) => writeFileSync(join(folder, nameOf(BASE, 1, 2, 3)), image(1).subarray(0, -3)),
    /Ch2_000003\.ome\.tif frame 0: expected 40 bytes/,
  ],
  [
    'an image has another shape',
    { cycles: 1, numbers: 3, type: 'TSeries Timed Element' },
    (folder) =>
      writeFileSync(
        join(folder, nameOf(BASE, 1, 2, 3)),
        writeTiff([new Uint16Array(20)], { width: 4, height: 5 }),
      ),
    /Ch2_000003\.ome\.tif: expected 5 x 4 mono16, .* received 4 x 5 mono16/,
  ],
  [
    'there is no series',
    { cycles: 0, numbers: 0 },
    () => {},
    /expected images BASE_Cycle00001_Ch1_000001\.ome\.tif/,
  ],
];

test.each(BREAKS)('a folder is refused by name where %s', async (_, writing, spoil, message) => {
  const folder = writeBrukerFolder(writing);
  spoil(folder);
  await expect(told(folder)).rejects.toMatchObject({
    code: 'E_STACK',
    message: expect.stringMatching(message),
  });
});

test('a channel or plane that there is not is refused', async () => {
  const folder = writeBrukerFolder({ cycles: 2, numbers: 2 });
  await expect(told(folder, { channel: 1 })).rejects.toThrow(/channel: expected from 0 to 0, received 1/);
  await expect(told(folder, { plane: 2 })).rejects.toThrow(/plane: expected from 0 to 1, received 2/);
});
