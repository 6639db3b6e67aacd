import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { writeMovie } from '#calcium-files/write-movie.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const [WIDTH, HEIGHT, FRAMES] = [18, 10, 7];
const frames = Array.from({ length: FRAMES }, (_, frame) =>
  Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => 31 * frame + 5 * at),
);
const movie = { width: WIDTH, height: HEIGHT, fps: 12.5 };

/** Puts a program of this name and text first on PATH. */
function fakeFfmpeg(text: string): string {
  const bin = join(folder, `bin-${readdirSync(folder).length}`);
  mkdirSync(bin);
  writeFileSync(join(bin, 'ffmpeg'), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, 'ffmpeg'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  return bin;
}

function newFolder(): string {
  const path = join(folder, `out-${readdirSync(folder).length}`);
  mkdirSync(path);
  return path;
}

afterEach(() => vi.unstubAllEnvs());

describe('a movie', () => {
  test('is what ffmpeg makes of the frames, each once and in order', async () => {
    const bin = fakeFfmpeg(
      `printf '%s ' "$@" > "$0.args"; cat > "$0.stdin"; for out; do :; done; echo made > "$out"`,
    );
    const out = newFolder();
    await writeMovie(join(out, 'a.mp4'), frames, { ...movie, size: { width: 36, height: 20 } });
    expect(readFileSync(join(bin, 'ffmpeg.stdin'))).toEqual(Buffer.concat(frames));
    const args = readFileSync(join(bin, 'ffmpeg.args'), 'utf8');
    expect(args).toMatch(/-f rawvideo -pix_fmt gray -s 18x10 -r 12\.5 -i - .*scale=36:20.*-pix_fmt yuv420p/);
    expect(readdirSync(out)).toEqual(['a.mp4']);
    expect(readFileSync(join(out, 'a.mp4'), 'utf8')).toBe('made\n');
  });

  test('is not there when ffmpeg fails, and its words are told', async () => {
    const out = newFolder();
    fakeFfmpeg(
      'echo half > "$(for each; do :; done; echo "$each")"; echo "no encoder of this kind" >&2; exit 3',
    );
    const endless = function* () {
      for (;;) yield new Uint8Array(2 ** 16);
    };
    await expect(writeMovie(join(out, 'a.mp4'), endless(), movie)).rejects.toThrow(
      'ffmpeg: expected a movie of 18 x 10 px, received exit status 3: no encoder of this kind',
    );
    expect(readdirSync(out)).toEqual([]);
  });

  test('is not there when a frame cannot be read', async () => {
    const out = newFolder();
    fakeFfmpeg('cat > /dev/null; for out; do :; done; echo made > "$out"');
    const broken = function* () {
      yield frames[0]!;
      throw new Error('frame 1 is broken');
    };
    await expect(writeMovie(join(out, 'a.mp4'), broken(), movie)).rejects.toThrow('frame 1 is broken');
    expect(readdirSync(out)).toEqual([]);
  });

  test('without ffmpeg is asked for by name', async () => {
    vi.stubEnv('PATH', newFolder());
    const out = newFolder();
    await expect(writeMovie(join(out, 'a.mp4'), frames, movie)).rejects.toMatchObject({
      code: 'E_DEVICE',
      message: expect.stringMatching(
        /^ffmpeg: expected the program that writes movies, received none .*; install it/,
      ),
    });
    expect(readdirSync(out)).toEqual([]);
  });

  test('is never written over another', async () => {
    fakeFfmpeg('cat > /dev/null; for out; do :; done; echo made > "$out"');
    const path = join(newFolder(), 'a.mp4');
    writeFileSync(path, 'mine');
    await expect(writeMovie(path, frames, movie)).rejects.toMatchObject({ code: 'E_OUTPUT_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    await writeMovie(path, frames, { ...movie, force: true });
    expect(readFileSync(path, 'utf8')).toBe('made\n');
  });
});

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

describe(`movies of ffmpeg itself${hasFfmpeg ? '' : ' (skipped: no ffmpeg)'}`, () => {
  test.skipIf(!hasFfmpeg)('have the frames, in .mkv to the bit', async () => {
    const out = newFolder();
    const decode = (path: string) =>
      spawnSync('ffmpeg', ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'gray', '-'], {
        maxBuffer: 2 ** 26,
      }).stdout;
    await writeMovie(join(out, 'a.mkv'), frames, movie);
    expect(decode(join(out, 'a.mkv'))).toEqual(Buffer.concat(frames));
    // An odd size, which H.264 does not have: a row and a column more.
    const odd = frames.map((frame) => frame.slice(0, 17 * 9));
    await writeMovie(join(out, 'a.mp4'), odd, { ...movie, width: 17, height: 9 });
    expect(decode(join(out, 'a.mp4'))).toHaveLength(FRAMES * 18 * 10);
    await writeMovie(join(out, 'a.gif'), frames, movie);
    expect(decode(join(out, 'a.gif')).length % (WIDTH * HEIGHT)).toBe(0);
  });
});
