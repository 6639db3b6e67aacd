import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { readFates, readTracks } from '#recording/read-recording.ts';
import { readRunRecord } from '#recording/run-record.ts';
import {
  camera,
  connect,
  EXPOSURE,
  eachWithDesk,
  enter,
  PIXELS,
  runs,
  SOON,
  tracker,
} from '../support/desk-pages.ts';
import { readStack } from '../support/read-stack.ts';

eachWithDesk();

const framesOf = async (run: string) => {
  const frames: number[] = [];
  for await (const batch of readTracks(join(run, 'tracks.arrows'))) frames.push(...batch.frame);
  return frames;
};

test('every frame between the start and the stop of Saving is recorded once, and none of the others', async () => {
  await connect();
  const page = await enter('operator');
  await page.ask({ type: 'add-bead', xPx: 40, yPx: 36 });
  let next = 0;
  const film = async (frames: number) => {
    for (const end = next + frames; next < end; next++) await camera.frame(next, PIXELS);
  };
  const settled = () =>
    expect
      .poll(() => {
        const { offered, 'in-flight': inFlight } = tracker.totals();
        return [offered, inFlight];
      }, SOON)
      .toEqual([next, 0]);
  const kept: number[][] = [];
  await film(3);
  for (let round = 0; round < 2; round++) {
    expect(await page.ask({ type: 'start-saving', name: 'cut', notes: `round ${round}` })).toBeNull();
    const first = next;
    await film(9);
    // These have come but may not be tracked when the stop comes behind them.
    for (let more = 0; more < 4; more++) camera.send({ type: 'frame', id: next++, tNs: next, data: PIXELS });
    await expect.poll(() => tracker.totals().offered, SOON).toBe(next);
    expect(await page.ask({ type: 'stop-saving' })).toBeNull();
    kept.push(Array.from({ length: next - first }, (_, at) => first + at));
    await settled();
    await film(2);
    // The credit of the four may have let these go before they were tracked.
    await settled();
  }
  const folders = (await readdir(runs, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(runs, name))
    .sort();
  expect(folders).toHaveLength(2);
  for (const [round, run] of folders.entries()) {
    expect(basename(run)).toMatch(/^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_cut(_2)?$/);
    expect(await framesOf(run)).toEqual(kept[round]);
    const record = await readRunRecord(run);
    expect(record).toMatchObject({ notes: `round ${round}`, frames: { tracked: kept[round]!.length } });
    expect(record.endedAt).not.toBeNull();
  }
  expect(tracker.totals()).toMatchObject({ offered: next, tracked: next, 'recorder-overrun': 0 });
});

test('notes and camera settings are in the record of the run, with times', async () => {
  await connect({ settings: [EXPOSURE], acquiring: true });
  const page = await enter('operator');
  expect(await page.ask({ type: 'start-saving', notes: 'buffer A' })).toBeNull();
  expect(await page.ask({ type: 'add-note', text: 'magnet to 4 mm' })).toBeNull();
  const setting = page.ask({ type: 'set-camera', name: 'exposureUs', value: 500 });
  const { id } = await camera.next('camera-set');
  camera.send({ type: 'camera', id, settings: [{ ...EXPOSURE, value: 500 }], acquiring: true });
  expect(await setting).toBeNull();
  const run = tracker.recording!;
  expect(await page.ask({ type: 'stop-saving' })).toBeNull();
  const { notes, cameraSettings, log } = await readRunRecord(run);
  expect({ notes, cameraSettings }).toEqual({ notes: 'buffer A', cameraSettings: { exposureUs: 1000 } });
  const at = expect.stringMatching(/^\d{4}-/);
  expect(log).toEqual([
    { at, note: 'magnet to 4 mm' },
    { at, cameraSettings: { exposureUs: 500 } },
  ]);
});

test('fates are recorded from the start of Saving on', async () => {
  await connect();
  const page = await enter('operator');
  await page.ask({ type: 'add-bead', xPx: 40, yPx: 36 });
  for (const id of [0, 2, 3]) await camera.frame(id, PIXELS);
  await page.ask({ type: 'start-saving' });
  for (const id of [4, 6]) await camera.frame(id, PIXELS);
  const run = tracker.recording!;
  await page.ask({ type: 'stop-saving' });
  const fates: [number, string][] = [];
  for await (const row of readFates(join(run, 'frames.arrows'))) fates.push([row.frame, row.fate]);
  expect(fates).toEqual([
    [4, 'tracked'],
    [5, 'dropped-link'],
    [6, 'tracked'],
  ]);
});

test('no name of a run leads out of the folder, and what is wrong with it is said', async () => {
  await connect();
  const page = await enter('operator');
  const hostile = ['../x', 'a/b', 'a\\b', 'a b', '\0', 'ü', 'x'.repeat(81), '$(reboot)'];
  for (const name of hostile) {
    expect(await page.ask({ type: 'start-saving', name })).toMatch(/^E_PROTOCOL/);
  }
  for (const pattern of ['{date}/{name}', '..', '{host}', '', 'sweeps', 'CON', '{constructor}']) {
    expect(await page.ask({ type: 'start-saving', pattern })).toMatch(/^E_PROTOCOL/);
  }
  expect(existsSync(runs)).toBe(false);
  expect(await page.ask({ type: 'stop-saving' })).toMatch(
    /^E_RECORDING Saving: expected a recording under way/,
  );
  expect(await page.ask({ type: 'add-note', text: 'x' })).toMatch(/^E_RECORDING note/);
  expect(await page.ask({ type: 'add-note', text: 'x'.repeat(4001) })).toMatch(/^E_PROTOCOL/);
  expect(await page.ask({ type: 'set-rig', choices: { lowDiskGB: -1 } })).toMatch(/^E_PROTOCOL/);
  expect(await page.ask({ type: 'start-saving' })).toBeNull();
  expect(await page.ask({ type: 'start-saving' })).toMatch(/^E_RECORDING .*no recording under way/);
});

test('an operator films and saves what just happened, a viewer does not', async () => {
  await connect();
  const page = await enter('operator');
  const viewer = await enter('viewer');
  const choices = { record: 'frames', format: 'raw', lastS: 60 };
  expect(await viewer.ask({ type: 'set-movie', choices })).toMatch(/^E_ACCESS/);
  expect(await viewer.ask({ type: 'save-last' })).toMatch(/^E_ACCESS/);
  expect(await page.ask({ type: 'save-last' })).toMatch(/^E_RECORDING/);
  expect(await page.ask({ type: 'set-movie', choices: { every: 0 } })).toMatch(/^E_PROTOCOL/);
  expect(await page.ask({ type: 'set-movie', choices })).toBeNull();
  await expect.poll(() => page.newest('run-state')?.run.movie, SOON).toMatchObject({ record: 'frames' });
  expect(await page.ask({ type: 'start-saving', name: 'filmed' })).toBeNull();
  for (let id = 0; id < 5; id++) await camera.frame(id, PIXELS);
  expect(await page.ask({ type: 'save-last' })).toBeNull();
  const run = tracker.recording!;
  await tracker.close();
  for (const name of ['movie.bin', 'last.bin']) {
    const { frames, pages } = await readStack(join(run, name));
    expect(frames).toBe(5);
    for (const pixels of pages) expect(pixels).toEqual(PIXELS);
  }
});
