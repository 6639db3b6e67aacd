import { expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  camera,
  connect,
  EXPOSURE,
  eachWithDesk,
  enter,
  PIXELS,
  SOON,
  tracker,
} from '../support/desk-pages.ts';

eachWithDesk();

test('frames not taken while Acquire is off are neither lost nor offered, whatever their numbers', async () => {
  await connect({ settings: [], acquiring: true });
  const page = await enter('operator');
  for (let id = 0; id < 5; id++) await camera.frame(id, PIXELS);
  const off = page.ask({ type: 'acquire', on: false });
  const { id } = await camera.next('acquire');
  camera.send({ type: 'camera', id, settings: [], acquiring: false });
  expect(await off).toBeNull();
  expect(page.newest('run-state')?.run.acquire).toBe('off');
  const on = page.ask({ type: 'acquire', on: true });
  camera.send({ type: 'camera', id: (await camera.next('acquire')).id, settings: [], acquiring: true });
  expect(await on).toBeNull();
  // The counter of this camera went on by 900, and loses one frame later.
  for (const number of [905, 906, 908]) await camera.frame(number, PIXELS);
  await expect.poll(() => tracker.totals()['in-flight'], SOON).toBe(0);
  expect(tracker.totals()).toMatchObject({ offered: 9, tracked: 8, 'dropped-link': 1, 'camera-away': 0 });
});

test('an adapter that says of nothing to change is told so in words, and its camera goes on', async () => {
  await connect();
  const page = await enter('operator');
  expect(await page.ask({ type: 'acquire', on: false })).toMatch(/^E_DEVICE acquire: .*nothing to change/);
  expect(await page.ask({ type: 'set-camera', name: 'gain', value: 2 })).toMatch(/^E_DEVICE set-camera/);
  expect(page.newest('snapshot')?.run?.acquire).toBe('unknown');
  await camera.frame(0, PIXELS);
  await expect.poll(() => tracker.totals().tracked, SOON).toBe(1);
});

test('values out of range, of another kind and of no setting are refused before the camera hears of them', async () => {
  await connect({ settings: [EXPOSURE, { name: 'temperature', value: 20, writable: false }] });
  const page = await enter('operator');
  const set = (name: unknown, value: unknown) => page.ask({ type: 'set-camera', name, value });
  expect(await set('exposureUs', 5001)).toMatch(/^E_DEVICE .*expected 10 to 5000 µs, received 5001/);
  expect(await set('exposureUs', 'long')).toMatch(/^E_DEVICE .*expected a number/);
  expect(await set('exposureUs', Number.NaN)).toMatch(/^E_PROTOCOL/);
  expect(await set('temperature', 4)).toMatch(/^E_DEVICE .*cannot be changed/);
  expect(await set('gain', 4)).toMatch(/^E_DEVICE .*it has exposureUs, temperature/);
  expect(await set('__proto__', 4)).toMatch(/^E_PROTOCOL/);
  expect(await page.ask({ type: 'acquire', on: false })).toMatch(/^E_DEVICE .*can stop and go on/);
  await camera.frame(0, PIXELS);
  expect(camera.ws.readyState).toBe(WebSocket.OPEN);
});
