import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { camera, connect, eachWithDesk, enter, runs, SOON, start, tracker } from '../support/desk-pages.ts';

eachWithDesk();

test('a rig has its beads with their ROI sizes and its names again after a restart, and a file that is none of ours is kept', async () => {
  await connect();
  const page = await enter('operator');
  expect(await page.ask({ type: 'add-bead', xPx: 40, yPx: 36 })).toBeNull();
  const names = { pattern: '{name}_{date}', name: 'lambda' };
  expect(await page.ask({ type: 'set-rig', choices: { ...names, roiSize: 32 } })).toBeNull();
  expect(await page.ask({ type: 'add-bead', xPx: 60, yPx: 40 })).toBeNull();
  const wider = { bead: 0, left: 8, top: 6, size: 60 };
  expect(await page.ask({ type: 'place-beads', place: [wider] })).toBeNull();
  camera.ws.terminate();
  await tracker.close();
  await start();
  await connect();
  const later = await enter('operator');
  expect(later.newest('snapshot')).toMatchObject({
    beads: [wider, { bead: 1, left: 44, top: 24, size: 32 }],
    run: { rig: { ...names, roiSize: 32 } },
  });
  expect(await later.ask({ type: 'add-bead', xPx: 40, yPx: 36 })).toBeNull();
  await expect.poll(() => later.newest('beads')?.beads.at(-1), SOON).toMatchObject({ bead: 2, size: 32 });
  camera.ws.terminate();
  await tracker.close();
  await writeFile(join(runs, 'rig.json'), '{"format":"somebody else"}');
  await start();
  await connect();
  const last = await enter('operator');
  expect(last.newest('snapshot')).toMatchObject({ beads: [], run: { rig: { name: '', roiSize: null } } });
  expect(await last.ask({ type: 'set-rig', choices: { name: 'b' } })).toBeNull();
  await expect.poll(() => readFile(join(runs, 'rig.json'), 'utf8'), SOON).toContain('"name": "b"');
  expect(await readFile(join(runs, 'rig.json.unreadable'), 'utf8')).toContain('somebody else');
});

test('after a restart a bead whose ROI is of another size than its Z-LUT goes on without, and it is said why', async () => {
  await connect();
  const page = await enter('operator');
  for (const size of [32, 48])
    expect(await page.ask({ type: 'add-bead', xPx: 40, yPx: 36, size })).toBeNull();
  camera.ws.terminate();
  await tracker.close();
  const planeZNm = Float64Array.from({ length: 8 }, (_, plane) => 100 * plane);
  const profiles = new Float64Array(8 * 16).fill(10);
  await start(false, () => ({ name: 'of-32', planes: 8, radii: 16, planeZNm, profiles }));
  await connect();
  const later = await enter('operator', 'browser-of-anna');
  expect(later.newest('snapshot')).toMatchObject({
    beads: [
      { bead: 0, size: 32, zLut: 'of-32' },
      { bead: 1, size: 48, zLut: null },
    ],
  });
  await expect
    .poll(() => later.newest('alarms')?.alarms.map(({ text }) => text), SOON)
    .toEqual([expect.stringMatching(/^tracking without a Z-LUT: bead 1: .*use ROIs of 32 px/)]);
});
