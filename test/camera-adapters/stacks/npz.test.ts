import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { StackError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { encodeNpz } from '#protocol/npz.ts';
import { pythonWith, skippedWithout } from '../../support/python.ts';
import { readStack } from '../../support/read-stack.ts';
import { runPython } from '../../support/run-python.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const [FRAMES, ROWS, COLUMNS] = [6, 4, 5];
const FRAME_BYTES = 2 * ROWS * COLUMNS;
const counts = Uint16Array.from({ length: FRAMES * ROWS * COLUMNS }, (_, i) => 1001 * i);
const pages = Array.from({ length: FRAMES }, (_, frame) => counts.slice(20 * frame, 20 * frame + 20));

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const stackFile = encodeNpy(counts, [FRAMES, ROWS, COLUMNS]);
const scalar = encodeNpy(Float64Array.of(30), []);

describe.each([
  ['stored', 0],
  ['deflated', 6],
] as const)('a %s .npz', (kind, level) => {
  const archive = zipSync({ 'fps.npy': scalar, 'movie.npy': stackFile }, { level });

  test('gives the first array with rows and columns, or the one named after a #', async () => {
    const path = save(`${kind}.npz`, archive);
    for (const each of [path, `${path}#movie`]) {
      const stack = await readStack(each);
      expect(stack).toMatchObject({ frames: FRAMES, height: ROWS, width: COLUMNS, pixelFormat: 'mono16' });
      expect(stack.pages).toEqual(pages);
      expect(stack).not.toHaveProperty('cut');
    }
    await expect(openStack(`${path}#film`)).rejects.toThrow(
      `${path}#film: expected an array of this name, received fps, movie`,
    );
    await expect(openStack(`${path}#fps`)).rejects.toThrow('received [] of f8');
  });

  test('is read in any order of frames, and by several at once', async () => {
    const stack = await openStack(save(`${kind}.npz`, archive));
    const read = async (frame: number) => {
      const into = new Uint16Array(ROWS * COLUMNS);
      await stack.readFrame(frame, new Uint8Array(into.buffer));
      return into;
    };
    const order = [4, 1, 1, 5, 0, 3];
    expect(await Promise.all(order.map(read))).toEqual(order.map((frame) => pages[frame]));
    await stack.close();
  });

  test('cut off anywhere, whole frames are read and the rest is named, or the file is refused', async () => {
    const seen = new Set<number>();
    for (let length = 0; length < archive.length; length += 7) {
      const path = save(`${kind}-cut.npz`, archive.subarray(0, length));
      const stack = await readStack(path).catch((error: unknown) => {
        if (!(error instanceof StackError)) throw error;
      });
      if (!stack) continue;
      seen.add(stack.frames);
      expect(stack.pages).toEqual(pages.slice(0, stack.frames));
      expect(stack).toMatchObject({
        cut: expect.stringMatching(
          stack.frames === FRAMES ? /after the last frame/ : `frames ${stack.frames} to 5 of 6 are missing`,
        ),
      });
    }
    // A deflate block of so few bytes comes out whole or not at all.
    expect([...seen].sort()).toEqual(level === 0 ? [1, 2, 3, 4, 5, 6] : expect.arrayContaining([6]));
  });
});

test('a long deflated array that is cut off gives the frames before the cut', async () => {
  const [frames, side] = [200, 64];
  const noise = Uint8Array.from({ length: frames * side * side }, (_, i) => Math.imul(i, 2654435761) >>> 27);
  const archive = zipSync({ 'a.npy': encodeNpy(noise, [frames, side, side]) }, { level: 1 });
  const path = save('long-cut.npz', archive.subarray(0, archive.length / 2));
  const stack = await readStack(path);
  expect(stack.frames).toBeGreaterThan(10);
  expect(stack.frames).toBeLessThan(frames);
  expect(stack.pages).toEqual(
    Array.from({ length: stack.frames }, (_, i) => noise.slice(i * side * side, (i + 1) * side * side)),
  );
});

describe('an archive made to harm is refused', () => {
  /** One deflated entry whose list claims these sizes. */
  function archiveOf(contents: Uint8Array, claimed: number): Uint8Array {
    const stored = deflateRawSync(contents);
    const name = Buffer.from('a.npy');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(contents), 10);
    common.writeUInt32LE(stored.length, 14);
    common.writeUInt32LE(claimed, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, stored]);
    const line = Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, Buffer.alloc(14), name]);
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06');
    end.writeUInt16LE(1, 8);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(line.length, 12);
    end.writeUInt32LE(local.length, 16);
    return Buffer.concat([local, line, end]);
  }

  test('that claims more bytes than deflate could hold', async () => {
    const path = save('claims.npz', archiveOf(stackFile, 4e9));
    await expect(openStack(path)).rejects.toThrow(/a\.npy within \d+ bytes, received 4000000000 bytes/);
  });

  test('that claims fewer bytes than its array, or an array of frames above 1 GiB', async () => {
    const short = save('short.npz', archiveOf(stackFile, stackFile.length - 1));
    await expect(openStack(short)).rejects.toThrow('expected 240 bytes of values, received 239');
    const huge = encodeNpy(new Uint8Array(0), [1, 100_000, 100_000]);
    await expect(openStack(save('huge.npz', archiveOf(huge, huge.length)))).rejects.toThrow(
      'a frame of at most 1073741824 bytes, received [1, 100000, 100000] of u1',
    );
  });

  test('that is encrypted, or packed by another method', async () => {
    const bytes = Buffer.from(archiveOf(stackFile, stackFile.length));
    const line = bytes.indexOf('PK\x01\x02');
    bytes.writeUInt16LE(14, line + 10);
    await expect(openStack(save('lzma.npz', bytes))).rejects.toThrow('received method 14');
    bytes.writeUInt16LE(1, line + 8);
    await expect(openStack(save('secret.npz', bytes))).rejects.toThrow('received encrypted');
  });

  test('whose deflated bytes are none', async () => {
    const bytes = Buffer.from(archiveOf(stackFile, stackFile.length));
    bytes.fill(0xff, 60, 90);
    const path = save('broken.npz', bytes);
    await expect(readStack(path)).rejects.toThrow(StackError);
  });
});

describe(`NumPy${skippedWithout('numpy')}`, () => {
  const withNumPy = test.skipIf(!pythonWith('numpy'));

  withNumPy('writes what we read, value for value', async () => {
    const script = `
import numpy as np, sys
frames = (np.arange(120) * 1001).reshape(6, 4, 5)
for kind, save in [('plain', np.savez), ('packed', np.savez_compressed)]:
    save(f'{sys.argv[1]}/{kind}.npz', fps=30.0, u1=frames.astype('u1'), u2=frames.astype('u2'),
         f4=(frames / 3).astype('f4'), f8=frames / 3)`;
    runPython(['numpy'], script, folder);
    const truth = Float64Array.from({ length: counts.length }, (_, i) => 1001 * i);
    for (const kind of ['plain', 'packed']) {
      const valuesOf = async (name: string) =>
        (await readStack(join(folder, `${kind}.npz#${name}`))).pages.flatMap((page) => [...page]);
      expect(await valuesOf('u1')).toEqual([...Uint8Array.from(truth)]);
      expect(await valuesOf('u2')).toEqual([...Uint16Array.from(truth)]);
      expect(await valuesOf('f4')).toEqual([...Float32Array.from(truth, (value) => value / 3)]);
      expect(await valuesOf('f8')).toEqual([...Float32Array.from(truth, (value) => value / 3)]);
    }
  });

  withNumPy('reads what we write, value for value', () => {
    const big = BigInt64Array.of(-(2n ** 60n), 5n);
    const path = save(
      'ours.npz',
      encodeNpz({
        movie: { data: counts, shape: [FRAMES, ROWS, COLUMNS] },
        dff: { data: Float64Array.of(0.1, Number.NaN), shape: [1, 2] },
        big: { data: big, shape: [2] },
      }),
    );
    const script = `
import numpy as np, sys
a = np.load(sys.argv[1])
print(a.files, a['movie'].dtype, a['movie'].shape, (a['movie'] == (np.arange(120) * 1001 % 65536).reshape(6, 4, 5)).all())
print(a['dff'].tolist(), a['big'].tolist())`;
    expect(runPython(['numpy'], script, path)).toBe(
      "['movie', 'dff', 'big'] uint16 (6, 4, 5) True\n[[0.1, nan]] [-1152921504606846976, 5]\n",
    );
  });
});

test('the frames of a stored array that is named lie in the file as they are read', async () => {
  const bytes = encodeNpz({ a: { data: counts, shape: [FRAMES, ROWS, COLUMNS] } });
  expect(Buffer.from(bytes).includes(Buffer.from(counts.buffer, FRAME_BYTES, FRAME_BYTES))).toBe(true);
  expect((await readStack(save('a.npz', bytes))).pages).toEqual(pages);
});
