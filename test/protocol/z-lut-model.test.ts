import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OutputExistsError, ZLutError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { readZLut, writeZLut } from '#protocol/z-lut-file.ts';
import { createZLutModel } from '#protocol/z-lut-model.ts';

const facts = {
  startZNm: -200,
  stepZNm: 100,
  knotPx: 0.5,
  reachPx: 1.4,
  levelCounts: 900,
  cameraGain: 2.5,
  floorVariance: -12,
  misfit: 0.4,
};
const coefficients = Float64Array.from({ length: 30 }, (_, index) => index / 7);
const model = createZLutModel('beads', coefficients, [5, 6], facts);
const zLut: ZLut = {
  name: 'beads.npy',
  planes: 8,
  radii: 4,
  planeZNm: Float64Array.from({ length: 8 }, (_, plane) => 50 * plane),
  profiles: new Float64Array(32).fill(7),
  method: { stage: 'radial-profile', params: { bins: 'split' }, roiSize: 8 },
  model,
};

describe('models', () => {
  test.each([
    ['a third axis', coefficients, [5, 3, 2], facts, /\[z knot, r knot\].*5, 3, 2/],
    ['too few knots', coefficients, [10, 3], facts, /at least 4 x 4/],
    ['a reach beyond its knots', coefficients, [5, 6], { ...facts, reachPx: 1.6 }, /at most 1\.5.*1\.6/],
    ['no step', coefficients, [5, 6], { ...facts, stepZNm: 0 }, /stepZNm.*above 0.*0/],
    ['a NaN', coefficients.with(17, Number.NaN), [5, 6], facts, /z knot 2, r knot 5.*NaN/],
  ])('with %s are refused by name', (_, values, shape, said, message) => {
    expect(() => createZLutModel('beads', values, shape, said)).toThrow(ZLutError);
    expect(() => createZLutModel('beads', values, shape, said)).toThrow(message);
  });
});

describe('the file of a model', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'z-lut-model-'));
    path = join(folder, zLut.name);
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('comes back with its Z-LUT', async () => {
    await writeZLut(path, zLut);
    expect(await readZLut(path)).toEqual(zLut);
  });

  test('is named by the file beside the Z-LUT, and missed there', async () => {
    await writeZLut(path, zLut);
    expect(JSON.parse(await readFile(`${path}.json`, 'utf8')).model.file).toBe('beads.npy.model.npy');
    await rm(`${path}.model.npy`);
    await expect(readZLut(path)).rejects.toThrow(/beads\.npy\.model\.npy.*zlut build --model/s);
  });

  test('is refused when it is no model', async () => {
    await writeZLut(path, zLut);
    await writeFile(`${path}.model.npy`, encodeNpy(coefficients, [30]));
    await expect(readZLut(path)).rejects.toThrow(/\[z knot, r knot\]/);
  });

  test('is not written over unless asked, and goes when the new Z-LUT has none', async () => {
    await writeZLut(path, zLut);
    await rm(path);
    await rm(`${path}.json`);
    await expect(writeZLut(path, zLut)).rejects.toThrow(OutputExistsError);
    const { model: _, ...plain } = zLut;
    await writeZLut(path, plain, true);
    expect(await readZLut(path)).toEqual(plain);
    await expect(readFile(`${path}.model.npy`)).rejects.toThrow('ENOENT');
  });
});
