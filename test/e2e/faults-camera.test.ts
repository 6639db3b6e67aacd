import { expect, test } from 'vitest';
import { FRAME_CAMERA_BEAD } from '../support/frame-camera-scene.ts';
import { reportedFates, startFrameCamera, startServe, startSimulated } from '../support/live-process.ts';
import { recordedAccount } from '../support/recorded-account.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const SOON = { timeout: 60_000, interval: 50 };
const serve = () => startServe(folder, [FRAME_CAMERA_BEAD], { args: ['--out', `${folder}/runs`] });

test('a camera killed in the middle of a frame and started again costs the frames meanwhile, by count', async () => {
  const tracker = await serve();
  const first = startFrameCamera(tracker.url, 'first', '0-49', 'half');
  await first.says(/^half$/m);
  first.process.kill('SIGKILL');
  await tracker.says(/warning: camera 'first' disconnected; the run goes on/);
  await expect.poll(() => tracker.totals(), SOON).toMatchObject({ offered: 50, tracked: 50, 'in-flight': 0 });

  // 30 numbers went by while there was no camera, five more are missing later.
  const again = startFrameCamera(tracker.url, 'first', '80-99,105-134');
  expect((await again.done).code).toBe(0);
  const expected = { tracked: 100, 'camera-away': 30, 'dropped-link': 5 };
  const fates = async () => Object.entries(await tracker.totals()).filter(([, count]) => count > 0);
  await expect
    .poll(async () => Object.fromEntries(await fates()), SOON)
    .toEqual({ offered: 135, ...expected });

  const ended = await tracker.stop();
  expect([ended.code, reportedFates(ended.stdout)]).toEqual([0, { offered: 135, ...expected }]);
  const account = await recordedAccount(ended.folder, 1);
  expect(account.fates).toMatchObject(expected);
  expect(account.ended).toEqual(account.fates);
  expect([account.rows, account.unknown]).toEqual([100, []]);
  expect(account.withTracks).toEqual(account.tracked);
});

test('a camera in full flow that is killed four times leaves no frame without a fate', async () => {
  const tracker = await serve();
  let before = 0;
  for (let life = 0; life < 5; life++) {
    const camera = startSimulated(
      ...[tracker.url, '--beads', '2', '--width', '320', '--height', '200', '--fps', '200', '--cycle', '20'],
    );
    await expect.poll(async () => (await tracker.totals()).tracked, SOON).toBeGreaterThan(before + 60);
    camera.process.kill(life < 4 ? 'SIGKILL' : 'SIGTERM');
    await camera.done;
    await expect.poll(() => tracker.metric('tweezertrack_camera_connected'), SOON).toBe(0);
    await expect.poll(async () => (await tracker.totals())['in-flight'], SOON).toBe(0);
    before = (await tracker.totals()).tracked;
  }
  const { offered, tracked } = await tracker.totals();
  const ended = await tracker.stop();
  expect([ended.code, reportedFates(ended.stdout)]).toMatchObject([0, { offered, tracked }]);
  const account = await recordedAccount(ended.folder, 1);
  expect(account.tracked).toHaveLength(tracked);
  expect(account.withTracks).toEqual(account.tracked);
  expect([account.rows, account.unknown]).toEqual([tracked, []]);
  // The camera counts from 0 again: what it numbered meanwhile nobody can know.
  expect(account.fates['camera-away']).toBe(0);
});

test('a second camera is told who is there and ends; the first loses no frame by it', async () => {
  const tracker = await serve();
  const first = startFrameCamera(tracker.url, 'first', '0-199,wait,200-399');
  await first.says(/^wait$/m);
  const second = startSimulated(tracker.url, '--beads', '1', '--width', '320', '--height', '200');
  await tracker.says(/expected no other camera/);
  first.process.stdin!.write('go on');
  const refused = await second.done;
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /^E_DEVICE tracker: expected a welcome, received E_PROTOCOL camera 'simulated': expected no other camera, received 'first' is connected; stop the other adapter first$/m,
  );
  expect((await first.done).code).toBe(0);
  expect(await tracker.metric('tweezertrack_refusals_total{reason="camera-message"}')).toBe(1);
  const ended = await tracker.stop();
  expect([ended.code, reportedFates(ended.stdout)]).toEqual([0, { offered: 400, tracked: 400 }]);
  expect((await recordedAccount(ended.folder, 1)).rows).toBe(400);
});
