import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { expect, test, vi } from 'vitest';
import { infoOf } from '#tracker/commands/info.ts';
import { testFolder } from '../recording/example-run.ts';
import { doorServer } from '../support/door-server.ts';
import { FACTS, trackedBatch } from '../support/kill-child-batch.ts';
import { recordRun } from '../support/recorded-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const leftOver = () => readdirSync(tmpdir()).filter((name) => name.startsWith('tweezertrack-export-'));
// Others export on this machine, too.
vi.stubEnv('TMPDIR', temporaryFolder());

async function pages() {
  const root = testFolder();
  const camera = { ...FACTS.camera, pixelSizeNm: 100 };
  await recordRun(root, 'sized', { frames: 20, beads: 2, facts: { camera } });
  await recordRun(root, 'unsized', { frames: 3, beads: 1 });
  const { port } = await doorServer({}, {}, { folder: root, running: () => null });
  const ask = (path: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${port}/recordings/${path}`, { method });
  const save = async (path: string, name: string) => {
    const response = await ask(path);
    expect(response.status).toBe(200);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    await writeFile(join(root, name), bytes);
    return join(root, name);
  };
  return { ask, save };
}

test('tracks are handed out as Parquet, HDF5 and .npz, and nothing of them is left behind', async () => {
  const { ask, save } = await pages();
  const named = await ask('sized/tracks.parquet');
  expect(named.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''sized.parquet");
  const rows = await parquetReadObjects({ file: await named.arrayBuffer() });
  const { table } = trackedBatch(0, 20, 2);
  expect(rows).toHaveLength(40);
  expect(rows[7]).toMatchObject({ frame: 3, bead: 10, xNm: table.xPx[7]! * 100 });
  expect(await infoOf(await save('sized/tracks.h5', 'a.h5'))).toMatchObject({
    datasets: { 'tracks/xNm': '<d [40]' },
  });
  expect(await infoOf(await save('sized/tracks.npz', 'a.npz'))).toMatchObject({ arrays: { zNm: 'f8 [40]' } });
  const magScope = await save('sized/tracks.h5?layout=magscope', 'm.h5');
  expect(await infoOf(magScope)).toMatchObject({ layout: 'magscope' });
  expect((await ask('sized/tracks.parquet', 'HEAD')).status).toBe(200);
  const refused = await ask('unsized/tracks.h5?layout=magscope');
  expect(refused.status).toBe(409);
  expect(await refused.text()).toContain('--pixel-size');
  expect((await ask('sized/tracks.xlsx')).status).toBe(404);
  await expect.poll(leftOver).toEqual([]);
});
