import { existsSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nameOf, writeBrukerFolder } from '../../support/bruker-folder.ts';
import { readStack } from '../../support/read-stack.ts';

const BASE = 'a_Cycle00009_b';
const real = new URL('../../../../shared/data/real/', import.meta.url).pathname;

/** Channel, cycle and number of every frame, which are its first pixels. */
const told = async (path: string) => (await readStack(path)).pages.map((page) => [...page.subarray(0, 3)]);

describe('a folder of PrairieView as a stack', () => {
  test('the frames of a channel and plane come in the order of their cycles, at the times of that plane', async () => {
    const folder = writeBrukerFolder({
      channels: [1, 3],
      cycles: 12,
      numbers: 3,
      type: 'TSeries ZSeries Element',
    });
    const path = `${folder}#ch=3&plane=2`;
    expect(await told(path)).toEqual(Array.from({ length: 12 }, (_, cycle) => [3, cycle + 1, 2]));
    // A plane each 0.25 s, three a volume.
    const { timeNs } = await readStack(path);
    expect(timeNs).toEqual(BigInt64Array.from({ length: 12 }, (_, cycle) => BigInt(cycle * 750_000_000)));
  });

  test('a film of one channel needs no choice, and goes on over its cycles', async () => {
    const folder = writeBrukerFolder({ cycles: 2, numbers: 11, type: 'TSeries Timed Element' });
    const wanted = [1, 2].flatMap((cycle) => Array.from({ length: 11 }, (_, at) => [2, cycle, at + 1]));
    expect(await told(folder)).toEqual(wanted);
    expect(await told(`${folder}#ch=2&plane=1`)).toEqual(wanted);
  });

  test('without its document the names tell the order, and no times', async () => {
    const folder = writeBrukerFolder({ channels: [1, 2], cycles: 1, numbers: 12 });
    const { pages, timeNs } = await readStack(`${folder}#ch=1`);
    expect(pages.map((page) => page[2])).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
    expect(timeNs).toBeUndefined();
  });

  test('where there are several and none is named, the message says what to write', async () => {
    const folder = writeBrukerFolder({ channels: [1, 3], cycles: 2, numbers: 4 });
    const name = `name it: ${folder}#ch=1&plane=1`;
    await expect(readStack(folder)).rejects.toThrow(
      `${folder}: expected one channel of 1, 3, received none named; ${name}`,
    );
    await expect(readStack(`${folder}#ch=3`)).rejects.toThrow(
      'expected one plane of 1, 2, 3, 4, received none',
    );
    await expect(readStack(`${folder}#ch=2&plane=1`)).rejects.toThrow('received ch=2');
    await expect(readStack(`${folder}#ch=3&plane=5`)).rejects.toThrow('received plane=5');
    await expect(readStack(`${folder}#ch=all&plane=1`)).rejects.toThrow('received ch=all');
    await expect(readStack(`${folder}#3`)).rejects.toThrow("expected 'ch=2' or 'ch=2&plane=1'");
  });

  test('an image that is missing or cut off is named', async () => {
    const folder = writeBrukerFolder({ cycles: 1, numbers: 4, type: 'TSeries Timed Element' });
    const third = join(folder, nameOf(BASE, 1, 2, 3));
    truncateSync(third, 100);
    await expect(readStack(folder)).rejects.toThrow(`${third} frame 0`);
    rmSync(third);
    await expect(readStack(folder)).rejects.toThrow(
      `${third}: expected an image of the series, received none`,
    );
  });

  test('a last volume that was not finished is left out, and named', async () => {
    const folder = writeBrukerFolder({ cycles: 3, numbers: 2 });
    rmSync(join(folder, nameOf(BASE, 3, 2, 2)));
    const stack = await readStack(`${folder}#plane=1`);
    expect(stack.frames).toBe(2);
    expect(stack.cut).toBe('cycle 3 has 1 of 2 planes: left out');
  });

  test.skipIf(!existsSync(real))(
    `ten cycles of four planes of a real microscope: each plane is its own film${existsSync(real) ? '' : ' (skipped: no ../shared)'}`,
    async () => {
      const folder = `${real}ca_bruker_4planes`;
      await expect(readStack(folder)).rejects.toThrow('expected one plane of 1, 2, 3, 4');
      const base = 'reg1_x300_y009n_z1425t1530_p110t131_APr_VSleft-007';
      for (const plane of [1, 4]) {
        const { pages } = await readStack(`${folder}#plane=${plane}`);
        expect(pages).toHaveLength(10);
        const one = await readStack(join(folder, nameOf(base, 7, 2, plane)));
        expect(pages[5]).toEqual(one.pages[0]);
      }
    },
  );
});
