import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { beforeEach, expect, test } from 'vitest';
import { repair } from '#exports/repair.ts';
import { OutputExistsError, RecordingError } from '#protocol/errors.ts';
import type { FateRow } from '#recording/fate-block.ts';
import { readFates } from '#recording/read-recording.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { FACTS, trackedBatch } from '../support/kill-child-batch.ts';
import { recordRun } from '../support/recorded-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const whole = await recordRun(folder, 'whole', { frames: 30, beads: 2, cells: 2 });

/** A run as a crash leaves it: tracks cut within their last batch of 20 rows, cells without their end. */
let run: string;
let tests = 0;
beforeEach(() => {
  run = join(folder, `cut${tests++}`);
  cpSync(whole, run, { recursive: true });
  cut('tracks.arrows', 30);
  cut('cells.arrows', 8);
});

function cut(name: string, bytes: number): void {
  const path = join(run, name);
  truncateSync(path, readFileSync(path).length - bytes);
}

const rowsOf = (path: string) => tableFromIPC(readFileSync(path)).numRows;
const bytesOfFolder = (path: string) =>
  Object.fromEntries(
    readdirSync(path).map((name) => [name, readFileSync(join(path, name)).toString('base64')]),
  );
const older = (path: string) => utimesSync(path, new Date(), new Date(Date.now() - 60_000));

test('a run is repaired in a copy beside it, the original stays as it is', async () => {
  const before = bytesOfFolder(run);
  const { to, streams } = await repair(run);
  expect(to).toBe(`${run}-repaired`);
  expect(bytesOfFolder(run)).toEqual(before);
  expect(readdirSync(to!)).toEqual(readdirSync(run));
  expect(readFileSync(join(to!, 'run.json'))).toEqual(readFileSync(join(run, 'run.json')));
  expect(rowsOf(join(to!, 'tracks.arrows'))).toBe(40);
  expect(rowsOf(join(to!, 'cells.arrows'))).toBe(60);
  const byName = Object.fromEntries(streams.map((stream) => [stream.name, stream]));
  expect(byName['tracks.arrows']).toMatchObject({ rows: 40, wasWhole: false, refused: null });
  expect(byName['tracks.arrows']!.cutBytes).toBeGreaterThan(500);
  expect(byName['cells.arrows']).toMatchObject({ rows: 60, cutBytes: 0, wasWhole: false });
  expect(byName['frames.arrows']).toMatchObject({ wasWhole: true, cutBytes: 0 });
  await expect(repair(run)).rejects.toThrow(OutputExistsError);
  await expect(repair(run, { out: to!, force: true })).rejects.toThrow(OutputExistsError);
});

test('frames that waited for where motors were are saved with the others', async () => {
  const name = join(folder, `waiting${tests}`);
  const positions = { of: () => ({ magnetMm: 1.5 }), isKnown: ({ id }: { id: number }) => id < 4 };
  const recorder = await createRunRecorder(name, FACTS, { flushMs: 1e6, syncMs: 1e6, positions });
  recorder.tracked(trackedBatch(0, 10, 2));
  recorder.flush();
  const fates = async (of: string) => {
    const rows: FateRow[] = [];
    for await (const row of readFates(join(of, 'frames.arrows'))) rows.push(row);
    return rows;
  };
  await expect.poll(async () => (await fates(name)).length).toBe(10);
  // As a kill leaves it.
  const killed = `${name}-killed`;
  cpSync(name, killed, { recursive: true });
  await recorder.close();
  expect(rowsOf(join(killed, 'frames.arrows'))).toBe(4);

  const { to, streams } = await repair(killed);
  expect(streams.find((stream) => stream.name === 'frames.arrows')).toMatchObject({ rows: 10, cutBytes: 0 });
  expect(readdirSync(to!).sort()).toEqual(readdirSync(name).sort());
  expect(rowsOf(join(to!, 'frames.arrows'))).toBe(10);
  expect(await fates(to!)).toEqual(await fates(name));
  for (const file of readdirSync(killed)) older(join(killed, file));
  await repair(killed, { force: true });
  expect(rowsOf(join(killed, 'frames.arrows'))).toBe(10);
  expect(readdirSync(killed).sort()).toEqual(readdirSync(name).sort());
});

test('a single stream is repaired beside it, or where it is told', async () => {
  const path = join(run, 'tracks.arrows');
  const before = readFileSync(path);
  expect((await repair(path)).to).toBe(join(run, 'tracks.repaired.arrows'));
  expect(rowsOf(join(run, 'tracks.repaired.arrows'))).toBe(40);
  await expect(repair(path)).rejects.toThrow(OutputExistsError);
  const out = join(run, 'other.arrows');
  writeFileSync(out, 'precious');
  await expect(repair(path, { out })).rejects.toThrow(OutputExistsError);
  expect(readFileSync(out, 'utf8')).toBe('precious');
  await repair(path, { out, force: true });
  expect(rowsOf(out)).toBe(40);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('the original is repaired only by force, and not while it may be recorded', async () => {
  await expect(repair(run, { force: true })).rejects.toThrow(/not changed for 10 s/);
  for (const name of ['tracks.arrows', 'cells.arrows']) older(join(run, name));
  expect((await repair(run, { force: true })).to).toBe(run);
  expect([rowsOf(join(run, 'tracks.arrows')), rowsOf(join(run, 'cells.arrows'))]).toEqual([40, 60]);
  expect(existsSync(`${run}-repaired`)).toBe(false);
  expect(await repair(run, { force: true })).toMatchObject({ to: null });
});

test('a stream cut within its header is named, and the others are saved', async () => {
  truncateSync(join(run, 'cells.arrows'), 100);
  const { to, streams } = await repair(run);
  expect(rowsOf(join(to!, 'tracks.arrows'))).toBe(40);
  const cells = streams.find(({ name }) => name === 'cells.arrows');
  expect(cells).toMatchObject({ rows: 0, cutBytes: 100, refused: expect.stringContaining('cells.arrows') });
});

test('what is whole is left alone, and what is no recording is refused', async () => {
  expect((await repair(whole)).to).toBeNull();
  expect(existsSync(`${whole}-repaired`)).toBe(false);
  await expect(repair(folder)).rejects.toThrow(RecordingError);
  await expect(repair(join(whole, 'run.json'))).rejects.toThrow(RecordingError);
  await expect(repair(join(folder, 'nothing'))).rejects.toThrow(RecordingError);
});
