import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CellMap, cellMapOf } from '#protocol/cell-map.ts';
import { decodeNpy, encodeNpy } from '#protocol/npy.ts';
import { CellKeeper, readCellFile } from '#tracker/live/cell-keeper.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const SIZE = { width: 3, height: 2 };
const LABELS = Uint16Array.of(0, 5, 5, 2, 0, 0);
const MAP = cellMapOf(LABELS, 3, 2);
const NONE = { ...SIZE, runs: new Uint32Array() };

function keeper(path: string | null, given: CellMap | null = null) {
  const problems: string[] = [];
  return { problems, keeper: new CellKeeper(given, path, (text) => problems.push(text)) };
}

test('cells are kept as a .npy of their numbers, and are there the next time', async () => {
  const path = join(folder, 'made', 'rig-cells.npy');
  const first = keeper(path);
  expect(await first.keeper.cellsIn(SIZE)).toEqual(NONE);
  first.keeper.keep(NONE);
  first.keeper.keep(MAP);
  await first.keeper.close();
  expect(decodeNpy(readFileSync(path))).toEqual({ dtype: 'u2', shape: [2, 3], data: LABELS });
  expect(await keeper(path).keeper.cellsIn(SIZE)).toEqual(MAP);
  expect(first.problems).toEqual([]);
});

test('cells of frames of another size are left out, with a word of both sizes', async () => {
  const path = join(folder, 'other.npy');
  writeFileSync(path, encodeNpy(LABELS, [2, 3]));
  const { keeper: kept, problems } = keeper(path);
  expect(await kept.cellsIn({ width: 4, height: 2 })).toEqual({
    width: 4,
    height: 2,
    runs: new Uint32Array(),
  });
  expect(problems.join()).toContain(
    'of last time do not fit, and are left out: they are of frames of 3 x 2 px',
  );
});

test('cells of the settings go before those of last time', async () => {
  const path = join(folder, 'both.npy');
  writeFileSync(path, encodeNpy(LABELS, [2, 3]));
  const given = cellMapOf([1, 0, 0, 0, 0, 0], 3, 2);
  expect(await keeper(path, given).keeper.cellsIn(SIZE)).toEqual(given);
});

test('a file that holds no cells is told of, and kept beside before it is replaced', async () => {
  const path = join(folder, 'broken.npy');
  writeFileSync(path, 'no cells');
  const { keeper: kept, problems } = keeper(path);
  expect(await kept.cellsIn(SIZE)).toEqual(NONE);
  expect(problems.join()).toMatch(
    /cells of last time cannot be read: .*broken.npy: expected a NumPy .npy file/,
  );
  for (const map of [NONE, MAP]) {
    kept.keep(map);
    await kept.close();
  }
  expect(readFileSync(`${path}.unreadable`, 'utf8')).toBe('no cells');
  expect(await readCellFile(path)).toEqual(MAP);
});

test('nothing is kept where nothing is to be written', async () => {
  const { keeper: kept } = keeper(null);
  kept.keep(MAP);
  await kept.close();
  expect([kept.path, await kept.cellsIn(SIZE)]).toEqual([null, NONE]);
});

test.each([
  ['three axes', encodeNpy(LABELS, [1, 2, 3]), 'received [1, 2, 3]'],
  ['a number below 0', encodeNpy(Int32Array.of(0, -1), [1, 2]), 'received -1 at row 0, column 1'],
  [
    'a number above 65535',
    encodeNpy(Int32Array.of(0, 0, 0, 65_536), [2, 2]),
    'received 65536 at row 1, column 1',
  ],
  ['a fraction', encodeNpy(Float64Array.of(0.5), [1, 1]), 'received 0.5'],
])('a file of %s is refused by name', async (_, bytes, words) => {
  const path = join(folder, 'wrong.npy');
  writeFileSync(path, bytes);
  await expect(readCellFile(path)).rejects.toThrow(`cells ${path}: expected numbers of cells`);
  await expect(readCellFile(path)).rejects.toThrow(words);
});

test('a file of the settings that is not there is refused by name', async () => {
  await expect(readCellFile(join(folder, 'none.npy'))).rejects.toThrow('ENOENT');
});
