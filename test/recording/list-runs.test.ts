import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deleteRun } from '#recording/delete-run.ts';
import { RunList } from '#recording/list-runs.ts';
import { readFates } from '#recording/read-recording.ts';
import { presetPlan } from '#stages/presets.ts';
import { recordFrames, recordRun } from '../support/recorded-run.ts';
import { testFolder } from './example-run.ts';

const NOTHING = () => null;

/** As if nothing had been written to a run for two minutes. */
function age(folder: string): void {
  const before = new Date(Date.now() - 120_000);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), before, before);
}

async function framesIn(folder: string): Promise<number> {
  let frames = 0;
  for await (const { frame, lastFrame } of readFates(join(folder, 'frames.arrows')))
    frames += lastFrame - frame + 1;
  return frames;
}

/** A run that was killed: its files end in the middle of a batch. */
async function killedRun(root: string, name: string): Promise<string> {
  const recorder = await recordFrames(root, name, { frames: 40, beads: 2 });
  const { folder } = recorder;
  // All that will be written has been: it would make the files young again.
  await expect.poll(() => recorder.stats.rowsWritten).toBe(80);
  await expect.poll(() => framesIn(folder)).toBe(40);
  await truncate(join(folder, 'tracks.arrows'), 2500);
  age(folder);
  return folder;
}

test('an ended run is listed with its frames, rows, beads, bytes, pipeline, Z-LUTs and notes', async () => {
  const root = testFolder();
  const facts = { plan: presetPlan('quadrant') };
  const folder = await recordRun(root, 'tweezer 1 µm', { frames: 30, beads: 2, facts });
  const record = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
  await writeFile(join(folder, 'run.json'), JSON.stringify({ ...record, notes: '5 pN, 30 °C' }));
  const [run, ...others] = await new RunList(root, NOTHING).list();
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    ...{ name: 'tweezer 1 µm', state: 'ended', why: null, startedAt: record.startedAt },
    ...{ rows: 60, beads: 2, pipeline: 'quadrant', zLuts: ['beads'], notes: '5 pN, 30 °C' },
    durationS: (Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1000,
  });
  expect(run!.frames).toMatchObject({ tracked: 30, 'dropped-link': 0 });
  const sizes = readdirSync(folder).map((name) => readFile(join(folder, name)));
  expect(run!.bytes).toBe((await Promise.all(sizes)).reduce((sum, { byteLength }) => sum + byteLength, 0));
});

test('runs come newest first; a killed one is incomplete, broken ones say why, other folders are left out', async () => {
  const root = testFolder();
  await recordRun(root, 'a-first', { frames: 5, beads: 1 });
  await killedRun(root, 'b-killed');
  const broken = await recordRun(root, 'c-broken', { frames: 5, beads: 1 });
  writeFileSync(join(broken, 'run.json'), '{"format":');
  const headless = await recordRun(root, 'd-headless', { frames: 5, beads: 1 });
  await truncate(join(headless, 'tracks.arrows'), 100);
  mkdirSync(join(root, 'holidays'));
  writeFileSync(join(root, 'holidays', 'photo.jpg'), 'x');
  writeFileSync(join(root, 'run.json'), '{}');
  symlinkSync(testFolder(), join(root, 'elsewhere'));
  const list = await new RunList(root, NOTHING).list();
  expect(list.map(({ name, state }) => [name, state])).toEqual([
    ['b-killed', 'incomplete'],
    ['a-first', 'ended'],
    ['d-headless', 'unreadable'],
    ['c-broken', 'unreadable'],
  ]);
  expect(list[2]!.why).toMatch(/tracks\.arrows: expected an Arrow IPC stream .* received 100 bytes/);
  expect(list[3]!.why).toMatch(/run\.json: expected the tweezertrack-run\/1 record/);
  expect(list[0]).toMatchObject({ rows: null, frames: null, beads: 2 });
});

test('the run that is recorded is listed with what is written so far, and anew once it has ended', async () => {
  const root = testFolder();
  const recorder = await recordFrames(root, 'now', { frames: 20, beads: 2 });
  await expect.poll(() => recorder.stats.rowsWritten).toBe(40);
  let running: typeof recorder | null = recorder;
  const runs = new RunList(root, () => running);
  const [now] = await runs.list();
  expect(now).toMatchObject({ state: 'recording', rows: 40 });
  expect(now!.frames).toMatchObject({ tracked: 20 });
  await recorder.close();
  running = null;
  expect(await runs.list()).toMatchObject([{ state: 'ended', rows: 40 }]);
});

test('a folder that does not exist has no runs', async () => {
  expect(await new RunList(join(testFolder(), 'none'), NOTHING).list()).toEqual([]);
});

test('a run is deleted with all of its folder, and nothing else', async () => {
  const root = testFolder();
  const folder = await recordRun(root, 'one', { frames: 5, beads: 1 });
  mkdirSync(join(folder, 'z-luts'));
  writeFileSync(join(folder, 'z-luts', 'bead-0.npy'), 'x');
  const other = await recordRun(root, 'two', { frames: 5, beads: 1 });
  const runs = new RunList(root, NOTHING);
  expect(await deleteRun(runs, 'one')).toBe(true);
  expect([existsSync(folder), existsSync(other)]).toEqual([false, true]);
  expect((await runs.list()).map(({ name }) => name)).toEqual(['two']);
});

test('names that lead elsewhere, to no run or over a link delete nothing', async () => {
  const outside = testFolder();
  const root = join(outside, 'runs');
  const neighbor = await recordRun(outside, 'neighbor', { frames: 5, beads: 1 });
  const run = await recordRun(root, 'run', { frames: 5, beads: 1 });
  mkdirSync(join(root, 'no-run'));
  symlinkSync(neighbor, join(root, 'link'));
  const runs = new RunList(root, NOTHING);
  const names = [
    ...['', '.', '..', '../neighbor', '../runs/run', './run', 'run/', 'run/../run', '/', neighbor, 'link'],
    ...['no-run', 'RUN', 'run\0', 'run\\', '..\\neighbor', '%2e%2e', '__proto__', 'run.json', 'run/run.json'],
  ];
  for (const name of names) expect([name, await deleteRun(runs, name)]).toEqual([name, false]);
  for (const folder of [neighbor, run, join(root, 'no-run')]) expect(existsSync(folder)).toBe(true);
});

test('a run that is being written is not deleted, by whichever tracker; a killed one is', async () => {
  const root = testFolder();
  const recorder = await recordFrames(root, 'now', { frames: 20, beads: 2 });
  age(recorder.folder);
  await expect(deleteRun(new RunList(root, () => recorder), 'now')).rejects.toThrow(/being written/);
  utimesSync(join(recorder.folder, 'tracks.arrows'), new Date(), new Date());
  await expect(deleteRun(new RunList(root, NOTHING), 'now')).rejects.toThrow(/within the last minute/);
  await recorder.close();
  const killed = await killedRun(root, 'killed');
  expect(await deleteRun(new RunList(root, NOTHING), 'killed')).toBe(true);
  expect([existsSync(killed), existsSync(recorder.folder)]).toEqual([false, true]);
});
