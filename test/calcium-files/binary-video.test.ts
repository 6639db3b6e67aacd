import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBinary, saveBinary } from '#calcium-files/binary-video.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const counts = { shape: [2, 3, 4], values: Int16Array.from({ length: 24 }, (_, at) => at - 7) };

test('a video comes back as it was, by either name, its stem or its folder', async () => {
  const { bin, json } = await saveBinary(join(folder, 'movie.bin'), counts);
  expect(readFileSync(json, 'utf8')).toBe('{"frames": 2, "y": 3, "x": 4, "dtype": "int16"}');
  for (const path of [bin, json, join(folder, 'movie')]) expect(await loadBinary(path)).toEqual(counts);
  expect((await saveBinary(folder, counts)).bin).toBe(join(folder, 'binary_video.bin'));
  expect(await loadBinary(folder)).toEqual(counts);
});

test('values of a part of a larger buffer are written alone', async () => {
  const part = { shape: [1, 3, 4], values: counts.values.subarray(12) };
  const { bin } = await saveBinary(join(folder, 'part'), part);
  expect(readFileSync(bin)).toHaveLength(24);
  expect(await loadBinary(bin)).toEqual({ ...part, values: counts.values.slice(12) });
});

test('a video that is there is kept unless told otherwise', async () => {
  const path = join(folder, 'kept');
  await saveBinary(path, counts);
  const more = { shape: [1, 3, 4], values: new Uint8Array(12) };
  await expect(saveBinary(path, more)).rejects.toMatchObject({ code: 'E_OUTPUT_EXISTS' });
  expect(await loadBinary(path)).toEqual(counts);
  await saveBinary(path, more, { force: true });
  expect(await loadBinary(path)).toEqual(more);
});

test.each([
  ['frames', '{"y": 3, "x": 4, "dtype": "int16"}'],
  ['rows', '{"frames": 2, "x": 4, "dtype": "int16"}'],
  ['columns', '{"frames": 2, "y": 3, "dtype": "int16"}'],
])('%s follow from the bytes', async (_, text) => {
  await saveBinary(join(folder, 'short'), counts, { force: true });
  writeFileSync(join(folder, 'short.json'), text);
  expect(await loadBinary(join(folder, 'short'))).toEqual(counts);
});

test.each([
  ['two axes missing', '{"y": 3, "dtype": "int16"}', /bad\.json: .*none of frames, x/],
  ['no type', '{"frames": 2, "y": 3, "x": 4}', /bad\.json: .*dtype/s],
  ['a type that is none', '{"frames": 2, "y": 3, "x": 4, "dtype": ">u2"}', /bad\.json: .*dtype/s],
  ['no JSON', '{"frames": 2', /bad\.json: .*SyntaxError/],
  [
    'too few bytes',
    '{"frames": 3, "y": 3, "x": 4, "dtype": "int16"}',
    /bad\.bin: expected 72 bytes.*received 48/,
  ],
  ['part of a frame', '{"y": 5, "x": 4, "dtype": "int16"}', /bad\.bin: expected a multiple of 40 bytes/],
])('a description with %s is refused by name', async (_, text, message) => {
  await saveBinary(join(folder, 'bad'), counts, { force: true });
  writeFileSync(join(folder, 'bad.json'), text);
  await expect(loadBinary(join(folder, 'bad'))).rejects.toMatchObject({
    code: 'E_STACK',
    message: expect.stringMatching(message),
  });
});

test('a video that is not there is refused by name', async () => {
  await expect(loadBinary(join(folder, 'none'))).rejects.toThrow(/none\.json: expected a file/);
});
