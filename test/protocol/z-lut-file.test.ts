import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OutputExistsError, ZLutError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { type ZLut, zLutToMatrix } from '#protocol/z-lut.ts';
import { readZLut, writeZLut } from '#protocol/z-lut-file.ts';

const MAGSCOPE = new URL(
  '../../../shared/data/real/mt_force_table_magscope/simulation_zlut.txt',
  import.meta.url,
);

const PLANES = 9;
const RADII = 5;
const zLut: ZLut = {
  name: 'beads.zlut.npy',
  planes: PLANES,
  radii: RADII,
  planeZNm: Float64Array.from({ length: PLANES }, (_, plane) => 400 - 50 * plane),
  profiles: Float64Array.from({ length: PLANES * RADII }, (_, index) =>
    index === 3 ? Number.NaN : index / 7,
  ),
};

/** The matrix as `numpy.savetxt` writes it. */
function savedText(): string {
  const matrix = zLutToMatrix(zLut);
  const rows = Array.from({ length: 1 + RADII }, (_, row) =>
    Array.from(matrix.subarray(row * PLANES, (row + 1) * PLANES), (value) =>
      Number.isNaN(value) ? 'nan' : value.toExponential(18),
    ).join(' '),
  );
  return `# made by a test\n${rows.join('\n')}\n`;
}

describe('Z-LUT files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'z-lut-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('a Z-LUT comes back from its file, NaN bins and falling z included', async () => {
    const path = join(folder, zLut.name);
    await writeZLut(path, zLut);
    expect(await readZLut(path)).toEqual(zLut);
  });

  test('a text matrix gives the same Z-LUT as the NumPy file', async () => {
    const path = join(folder, 'beads.txt');
    await writeFile(path, savedText());
    expect(await readZLut(path)).toEqual({ ...zLut, name: 'beads.txt' });
  });

  test.skipIf(!existsSync(MAGSCOPE))('reads the Z-LUT of MagScope (skips without ../shared)', async () => {
    const { planes, radii, planeZNm } = await readZLut(MAGSCOPE.pathname);
    expect([planes, radii, planeZNm[0], planeZNm[99]]).toEqual([100, 25, -5000, 5000]);
  });

  test('how its profiles were made comes back from the file beside it', async () => {
    const path = join(folder, zLut.name);
    const method = { stage: 'radial-profile', params: { bins: 'split', oversample: 1 }, roiSize: 11 };
    await writeZLut(path, { ...zLut, method });
    expect(await readZLut(path)).toEqual({ ...zLut, method });
    // A plain Z-LUT written over it must not inherit the method.
    await writeZLut(path, zLut, true);
    expect(await readZLut(path)).toEqual(zLut);
  });

  test('a file beside it is kept unless forced, and refused by name when it is broken', async () => {
    const path = join(folder, zLut.name);
    await writeFile(`${path}.json`, 'precious');
    await expect(writeZLut(path, zLut)).rejects.toThrow(/beads\.zlut\.npy\.json: expected a new file/);
    await writeFile(path, encodeNpy(zLutToMatrix(zLut), [1 + RADII, PLANES]));
    await expect(readZLut(path)).rejects.toThrow(/beads\.zlut\.npy\.json: expected how the profiles/);
  });

  test('an existing file is kept unless forced', async () => {
    const path = join(folder, 'kept.npy');
    await writeFile(path, 'precious');
    await expect(writeZLut(path, zLut)).rejects.toThrow(OutputExistsError);
    expect(await readFile(path, 'utf8')).toBe('precious');
    await writeZLut(path, zLut, true);
    expect((await readZLut(path)).planes).toBe(PLANES);
  });

  test('a missing file, a vector, a word and a short line are refused by name', async () => {
    await expect(readZLut(join(folder, 'none.npy'))).rejects.toThrow(ZLutError);
    await writeFile(join(folder, 'vector.npy'), encodeNpy(new Float64Array(40), [40]));
    await expect(readZLut(join(folder, 'vector.npy'))).rejects.toThrow(
      /vector\.npy: expected a matrix.*shape \(40\)/,
    );
    await writeFile(join(folder, 'word.txt'), savedText().replace('nan', 'bead'));
    await expect(readZLut(join(folder, 'word.txt'))).rejects.toThrow(
      /word\.txt line \d: expected numbers.*'bead'/,
    );
    await writeFile(join(folder, 'short.txt'), savedText().replace('nan ', ''));
    await expect(readZLut(join(folder, 'short.txt'))).rejects.toThrow(
      /short\.txt line \d: expected 9 numbers.*received 8/,
    );
    await writeFile(join(folder, 'other.txt'), '');
    await expect(readZLut(join(folder, 'other.txt'))).rejects.toThrow(ZLutError);
  });
});
