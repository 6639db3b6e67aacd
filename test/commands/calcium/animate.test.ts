import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { beforeAll, expect, test, vi } from 'vitest';
import { encodeNpy } from '#protocol/npy.ts';
import { registerAnimate } from '../../../tracker/commands/calcium/animate.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const [FRAMES, ROWS, COLUMNS] = [9, 6, 8];
const counts = Int16Array.from({ length: FRAMES * ROWS * COLUMNS }, (_, i) => (i % 300) - 20);

/** Runs `calcium animate` with an ffmpeg that keeps what it gets; what it says at last. */
async function animate(...args: string[]): Promise<string> {
  const program = new Command();
  registerAnimate(program);
  await program.parseAsync(['animate', ...args], { from: 'user' });
  return String(said.mock.lastCall?.[0]);
}

const said = vi.spyOn(console, 'error').mockImplementation(() => {});

beforeAll(() => {
  mkdirSync(at('bin'));
  writeFileSync(at('bin/ffmpeg'), '#!/bin/sh\nfor out; do :; done\ncat > "$out"\n');
  chmodSync(at('bin/ffmpeg'), 0o755);
  vi.stubEnv('PATH', `${at('bin')}:${process.env.PATH}`);
  writeFileSync(at('stack.npy'), encodeNpy(counts, [FRAMES, ROWS, COLUMNS]));
  writeFileSync(at('traces.npy'), encodeNpy(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7), [2, 4]));
  writeFileSync(
    at('traces.csv'),
    'frame,time_s,cell,counts,dff\n0,0,1,9,0\n0,0,2,8,1\n1,2,1,9,2\n1,2,2,9,3\n',
  );
});

test('a stack is shown in gray between black and white, frame by frame as asked', async () => {
  const done = await animate(at('stack.npy'), '--out', at('a.mkv'), '--range', '0:255', '--frames', '1::3');
  expect(done).toMatch(/a\.mkv: 3 frames at 30 a second, 8 x 6 px/);
  const pixels = [1, 4, 7].flatMap((frame) => [
    ...counts.subarray(frame * ROWS * COLUMNS, (frame + 1) * ROWS * COLUMNS),
  ]);
  expect([...readFileSync(at('a.mkv'))]).toEqual([...Uint8ClampedArray.from(pixels)]);
});

test('traces of a file are drawn, those of the cells that are asked for', async () => {
  const small = ['--size', '64x32'];
  expect(await animate(at('traces.npy'), '--out', at('t.mkv'), ...small)).toMatch(
    /t\.mkv: 4 frames at 30 a second, 64 x 32 px/,
  );
  await animate(at('traces.npy'), '--out', at('one.mkv'), ...small, '--cell', '2');
  expect(await animate(at('traces.csv'), '--out', at('csv.mkv'), ...small, '--fps', '5')).toMatch(
    /csv\.mkv: 2 frames at 5 a second/,
  );
  const pictures = readFileSync(at('t.mkv'));
  expect(pictures).toHaveLength(4 * 64 * 32);
  expect(readFileSync(at('one.mkv'))).toHaveLength(4 * 64 * 32);
  expect(readFileSync(at('one.mkv'))).not.toEqual(pictures);
  // A line more in every frame.
  const dark = [0, 1, 2, 3].map(
    (frame) => pictures.subarray(frame * 64 * 32, (frame + 1) * 64 * 32).filter((gray) => gray < 200).length,
  );
  for (const frame of [1, 2, 3]) expect(dark[frame]).toBeGreaterThan(dark[frame - 1]!);
});

test.each([
  ['stack.npy', 'x.avi', [], '--out: expected a name that ends in .mp4 or .mkv or .gif'],
  ['stack.npy', 'x.mp4', ['--size', '4x4'], '--size: expected width x height from 16'],
  ['stack.npy', 'x.mp4', ['--range', '5:1'], '--range: expected black and white'],
  ['traces.npy', 'x.mp4', ['--cell', '3'], "--cell: expected cells from 1 to 2, received '3'"],
  [
    'traces.csv',
    'x.mp4',
    ['--column', 'light'],
    'expected a column light, received frame, time_s, cell, counts, dff',
  ],
])('%s as %s %s is refused before ffmpeg starts', async (input, out, more, message) => {
  await expect(animate(at(input), '--out', at(out), ...more)).rejects.toThrow(message);
  expect(existsSync(at(out))).toBe(false);
});
