import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FRAME_FATES } from '#protocol/frame-fate.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { runCommand, startCommand } from './support/cli.ts';
import { pythonWith, skippedWithout } from './support/python.ts';
import { PYTHON_CAMERAS } from './support/python-camera.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const errors = readFileSync(new URL('../tracker/protocol/errors.ts', import.meta.url), 'utf8');
const scripts: Record<string, string> = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).scripts;

const python = pythonWith('websockets', 'msgpack', 'numpy');

const folder = temporaryFolder();

describe('the README', () => {
  test('lists every error code and no other', () => {
    const listed = [...readme.matchAll(/^\| `(E_[A-Z_]+)` \|/gm)].map(([, code]) => code);
    const known = [...errors.matchAll(/\| '(E_[A-Z_]+)'/g)].map(([, code]) => code);
    expect([...listed].sort()).toEqual([...known].sort());
  });

  test('lists every status of a point and every fate of a frame', () => {
    for (const status of Object.keys(TRACK_STATUS)) expect(readme).toContain(`| \`${status}\` |`);
    for (const fate of Object.keys(FRAME_FATES)) expect(readme).toContain(`\`${fate}\``);
  });

  test('names only npm scripts and commands that exist', async () => {
    for (const [, script] of readme.matchAll(/npm run (?:-s )?([a-z:]+)/g))
      expect(Object.keys(scripts)).toContain(script);
    const { stdout } = await runCommand('--help');
    for (const [, command] of readme.matchAll(/^tweezertrack ([a-z]+)/gm))
      expect(stdout).toContain(`  ${command}`);
  });

  test.skipIf(!python).each([
    ['its Python camera', /```python\n(import asyncio.*?)```/s, 'mono8'],
    [
      'its use of the Python module, copied beside the program,',
      /```python\n(import time, numpy.*?)```/s,
      'mono12',
    ],
  ])(`%s is tracked${skippedWithout('websockets', 'msgpack', 'numpy')}`, async (_, example, pixelFormat) => {
    const serve = startCommand(['serve', '--port', '0', '--engine', 'reference', '--no-record']);
    const [, port] = await serve.says(/cameras: +ws:\/\/127\.0\.0\.1:(\d+)\/camera/);
    const program = join(folder, 'camera.py');
    const url = `ws://127.0.0.1:${port}`;
    const code = example
      .exec(readme)![1]!
      .replace('ws://127.0.0.1:8321', url)
      .replace('fps=100,', `fps=100, url="${url}",`);
    writeFileSync(program, code);
    copyFileSync(join(PYTHON_CAMERAS, 'tweezertrack_camera.py'), join(folder, 'tweezertrack_camera.py'));
    const camera = spawn(python!, [program], { stdio: 'inherit' });
    await serve.says(new RegExp(`camera 'my camera', 640 x 480 ${pixelFormat}, 0 beads`));
    const tracked = async () => {
      const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as {
        frames: { tracked: number };
      };
      return health.frames.tracked;
    };
    await expect.poll(tracked, { timeout: 20_000 }).toBeGreaterThan(10);
    camera.kill('SIGKILL');
    serve.process.kill('SIGINT');
    expect((await serve.done).stdout).toMatch(/frames: \d+ offered/);
  });
});
