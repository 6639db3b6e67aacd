import { execFile, spawn } from 'node:child_process';
import { appendFileSync, cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STACK = fileURLToPath(new URL('../fixtures/beads/field.npy', import.meta.url));
const folder = temporaryFolder();
const run = promisify(execFile);

/** Runs the copy of the program; all it says. */
async function say(...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [join(folder, 'tracker/bin.mjs'), ...args]);
  return stdout + stderr;
}

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(join(folder, path), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, path), text.replace(from, to));
}

beforeAll(async () => {
  for (const part of ['package.json', 'tracker', 'camera-adapters', 'zlut-tools']) {
    const filter = (path: string) => !path.split(sep).includes('dist');
    cpSync(join(ROOT, part), join(folder, part), { recursive: true, filter });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const config = join(folder, 'tracker/vite.config.ts');
  await run(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'error']);
  // What was built tells itself from the sources.
  edit('tracker/dist/main.js', 'start the tracker and wait', 'built: start the tracker and wait');
  appendFileSync(join(folder, 'tracker/dist/wasm-worker.js'), "console.error('built thread');\n");
});

describe('what was built', () => {
  test('has every thread of the sources', () => {
    const built = readdirSync(join(folder, 'tracker/dist'));
    const threads = readdirSync(join(ROOT, 'tracker'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('-worker.ts') && !path.split(sep).includes('dist'))
      .map((path) => `${basename(path, '.ts')}.js`);
    expect(threads).toContain('movie-worker.js');
    expect(built).toEqual(expect.arrayContaining(threads));
  });

  test('runs as long as its sources are what they were, in every thread', async () => {
    expect(await say('--help')).toContain('built: start the tracker');
    const out = join(folder, 'tracks.csv');
    const said = await say('track', STACK, '--out', out, '--engine', 'wasm');
    expect(said).toContain('built thread');
    expect(said).toMatch(/\d+ points of \d+ beads in /);
  });

  test('is told where the tracker is while the camera opens', async () => {
    const demo = spawn(process.execPath, [
      ...[join(folder, 'tracker/bin.mjs'), 'demo', '--port', '0', '--no-record', '--for', '1s'],
      ...['--beads', '2', '--engine', 'wasm'],
    ]);
    let said = '';
    for await (const text of demo.stdout) said += text;
    expect(said).toMatch(/frames: \d+ offered, \d+ tracked/);
  });

  test('never runs after a source changed: that source runs', async () => {
    edit('tracker/commands/index.ts', 'start the tracker and wait', 'edited: start the tracker and wait');
    expect(await say('--help')).toContain('edited: start the tracker');
    edit('tracker/commands/index.ts', 'edited: ', '');
    expect(await say('--help')).toContain('built: start the tracker');
    edit('package.json', '"version": "', '"version": "9');
    const help = await say('--help');
    expect(help).toContain('start the tracker');
    expect(help).not.toContain('built: ');
  });
});
