import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RecordingList } from '#protocol/recordings.ts';
import type { Role } from '#protocol/role.ts';
import type { CameraMount } from '#tracker/live/camera-mount.ts';
import { Refusals } from '#tracker/live/refusals.ts';
import {
  doorServer,
  httpBytes,
  open,
  rawPeer,
  TOKENS,
  tokensFile,
  upgradeBytes,
} from '../support/door-server.ts';
import { recordRun } from '../support/recorded-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const folder = temporaryFolder();
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

/** A mount that notes who comes to it. */
function notingMount(recordings: string | null = null) {
  const came: string[] = [];
  const refusals = new Refusals(() => {});
  const mount: CameraMount = {
    refusals,
    onCamera: (socket) => {
      socket.on('error', () => {});
      came.push('camera');
    },
    onViewer: (socket, role) => {
      socket.on('error', () => {});
      came.push(role);
    },
    recordings: recordings === null ? null : { folder: recordings, running: () => null },
    zLuts: () => null,
  };
  const refused = () =>
    Object.fromEntries(Object.entries(refusals.counts()).filter(([, count]) => count > 0));
  return { mount, came, refused };
}

/** A server with a camera without a name, `cells` and `side`. */
async function mountedServer({ tokens = false, cameras = 4, recordings = null as string | null } = {}) {
  const cells = notingMount(recordings);
  const side = notingMount();
  const named = new Map([
    ['cells', cells.mount],
    ['side', side.mount],
  ]);
  const settings = tokens ? { tokens: tokensFile(folder) } : {};
  const door = await doorServer(settings, { cameras }, null, named);
  return { ...door, cells, side };
}

const bearer = (role: Role) => ({ headers: { authorization: `Bearer ${TOKENS[role]}` } });

describe('links', () => {
  test('cameras and dashboards come to the camera of their path', async () => {
    const { port, cameras, viewers, cells, side } = await mountedServer();
    for (const path of ['/camera', '/cameras/cells/camera', '/cameras/cells/live', '/cameras/side/live']) {
      await open(`ws://127.0.0.1:${port}${path}`);
    }
    expect([cameras.length, viewers.length]).toEqual([1, 0]);
    expect(cells.came).toEqual(['camera', 'operator']);
    expect(side.came).toEqual(['operator']);
  });

  test('roles hold at every camera', async () => {
    const { port, cells, refused } = await mountedServer({ tokens: true });
    const at = (path: string) => `ws://127.0.0.1:${port}/cameras/cells${path}`;
    await open(at('/camera'), bearer('camera'));
    await open(at('/live'), bearer('viewer'));
    await open(at('/live'), bearer('operator'));
    expect(cells.came).toEqual(['camera', 'viewer', 'operator']);
    await expect(open(at('/camera'), bearer('operator'))).rejects.toThrow('403');
    await expect(open(at('/live'), bearer('camera'))).rejects.toThrow('403');
    await expect(open(at('/live'))).rejects.toThrow('401');
    await expect(open(at('/camera'), { headers: { authorization: 'Bearer x' } })).rejects.toThrow('401');
    await expect(open(at('/live'), { ...bearer('viewer'), origin: 'http://evil.example' })).rejects.toThrow(
      '403',
    );
    expect(cells.came).toHaveLength(3);
    expect(refused()).toEqual({ role: 2, 'no-token': 1, 'bad-token': 1, origin: 1 });
  });

  test('a camera by another name is refused with the names there are, which strangers are not told', async () => {
    const { port, refused } = await mountedServer({ tokens: true });
    const asked = upgradeBytes('/cameras/top/camera', { Authorization: `Bearer ${TOKENS.camera}` });
    const answer = await rawPeer(port, asked).answer;
    expect(statusOf(answer)).toBe(404);
    expect(answer).toContain(
      "camera: expected one of cells, side, or none by name, received 'top'; name it in the settings",
    );
    const stranger = await rawPeer(port, upgradeBytes('/cameras/top/camera')).answer;
    expect(statusOf(stranger)).toBe(401);
    expect(stranger).not.toContain('cells');
    expect(refused()).toEqual({ path: 1, 'no-token': 1 });
  });

  test('cameras that crowd one name leave room at the others, and are counted there', async () => {
    const { port, cells, side, refused } = await mountedServer({ cameras: 1 });
    await open(`ws://127.0.0.1:${port}/cameras/cells/camera`);
    await expect(open(`ws://127.0.0.1:${port}/cameras/cells/camera`)).rejects.toThrow('503');
    await open(`ws://127.0.0.1:${port}/cameras/side/camera`);
    await open(`ws://127.0.0.1:${port}/camera`);
    expect(side.came).toEqual(['camera']);
    expect(refused()).toEqual({ cameras: 1 });
    // What a peer of a camera does after it came in is counted with that camera.
    const flood = await open(`ws://127.0.0.1:${port}/cameras/side/live`);
    for (let message = 0; message < 2000; message++) flood.send('x');
    await once(flood, 'close');
    await until(() => side.refused()['message-rate'] !== undefined);
    expect(side.refused()).toEqual({ 'message-rate': 1 });
    expect(cells.refused()).toEqual({});
  });
});

describe('pages', () => {
  test('each camera has the page below its path, and is led to it', async () => {
    const { port } = await mountedServer();
    const get = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' }).then(async (answer) => ({
        status: answer.status,
        location: answer.headers.get('location'),
        text: await answer.text(),
      }));
    const main = await get('/');
    expect(await get('/cameras/cells/')).toEqual(main);
    expect(await get('/cameras/cells')).toMatchObject({ status: 308, location: '/cameras/cells/' });
    expect((await get('/cameras/top/')).status).toBe(404);
    // One document each of health and metrics, at the root.
    expect((await get('/health')).status).toBe(200);
    expect((await get('/cameras/cells/health')).status).toBe(404);
  });

  test('who has no token is asked for one at every camera, and led back to its page', async () => {
    const { port } = await mountedServer({ tokens: true });
    const at = `http://127.0.0.1:${port}/cameras/cells`;
    const asked = await fetch(`${at}/`);
    expect([asked.status, (await asked.text()).includes('action="./sign-in"')]).toEqual([401, true]);
    const body = new URLSearchParams({ token: TOKENS.viewer });
    const signed = await fetch(`${at}/sign-in`, { method: 'POST', body, redirect: 'manual' });
    expect([signed.status, signed.headers.get('location')]).toEqual([303, './']);
    const cookie = signed.headers.get('set-cookie')!.split(';')[0]!;
    for (const path of ['/recordings', '/z-luts']) {
      expect((await fetch(`${at}${path}`)).status).toBe(401);
      expect((await fetch(`${at}${path}`, { headers: { cookie } })).status).not.toBe(401);
    }
    const camera = await fetch(`${at}/`, bearer('camera'));
    expect(camera.status).toBe(403);
  });

  test('recordings of a camera are read and deleted below its path alone, by whoever may', async () => {
    const root = temporaryFolder();
    await recordRun(root, 'run', { frames: 10, beads: 2 });
    const { port } = await mountedServer({ tokens: true, recordings: root });
    const ask = (path: string, role: Role, method = 'GET') =>
      fetch(`http://127.0.0.1:${port}${path}`, { method, ...bearer(role) });
    const list = (await (await ask('/cameras/cells/recordings', 'viewer')).json()) as RecordingList;
    expect(list.recordings.map(({ name }) => name)).toEqual(['run']);
    expect((await ask('/cameras/cells/recordings/run/tracks.csv', 'viewer')).status).toBe(200);
    for (const path of ['/recordings/run', '/cameras/side/recordings/run', '/cameras/top/recordings/run']) {
      expect([path, (await ask(path, 'operator')).status]).toEqual([path, 404]);
    }
    expect((await ask('/cameras/cells/recordings/run', 'viewer', 'DELETE')).status).toBe(403);
    expect((await ask('/cameras/side/recordings/run', 'operator', 'DELETE')).status).toBe(405);
    expect((await ask('/cameras/cells/recordings/run', 'operator', 'DELETE')).status).toBe(204);
  });

  const UP = [
    '..',
    '%2e%2e',
    '..%2f',
    '..%2f..',
    '%2e%2e%2f',
    '..%5c',
    '..\\',
    '%252e%252e',
    '.',
    '%00',
    '__proto__',
  ];
  const HOSTILE = UP.flatMap((up) => [
    `/cameras/${up}/secret/run/tracks.csv`,
    `/cameras/${up}/recordings/secret/tracks.csv`,
    `/cameras/${up}cells/recordings`,
    `/cameras/cells/${up}/secret`,
    `/cameras/cells/recordings/${up}/tracks.csv`,
    `/cameras/cells/recordings/${up}%2fsecret/tracks.csv`,
    `/cameras/cells/recordings/${up}/secret/run.json`,
    `/cameras/cells/cameras/${up}/recordings`,
    `/cameras/cells/z-luts/report?of=${up}/secret`,
  ]);
  test(`${HOSTILE.length} names that would lead out of the folder of a camera lead nowhere`, async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'runs'));
    // A run beside the folder: what the paths are after.
    await recordRun(root, 'secret', { frames: 10, beads: 2 });
    writeFileSync(join(root, 'runs', 'note.txt'), 'kept');
    const { port } = await mountedServer({ recordings: join(root, 'runs') });
    const answers = await Promise.all(HOSTILE.map((path) => rawPeer(port, httpBytes(`GET ${path}`)).answer));
    expect(answers.filter((answer) => ![400, 404].includes(statusOf(answer)))).toEqual([]);
    expect(answers.filter((answer) => /xPx|kept|startedAt/.test(answer))).toEqual([]);
    const deleted = await rawPeer(port, httpBytes('DELETE /cameras/cells/recordings/..%2fsecret')).answer;
    expect(statusOf(deleted)).toBe(404);
    const list = (await (
      await fetch(`http://127.0.0.1:${port}/cameras/cells/recordings`)
    ).json()) as RecordingList;
    expect(list.recordings).toEqual([]);
  });
});
