import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { CAMERA_LINK_VERSION } from '#protocol/camera-link.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import { decodeLive, encodeLive, type LiveMessage } from '#protocol/live.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { type RawCamera, rawCamera } from '../support/raw-camera.ts';

const [width, height] = [160, 120];
/** A ramp along x, so that a tile tells where it was cut. */
const pixels = Uint8Array.from({ length: width * height }, (_, index) => index % width);

/** Z-LUT of ROIs of 32 px for bead 5 only. */
const zLut = {
  name: 'five',
  planes: 8,
  radii: 16,
  planeZNm: Float64Array.from({ length: 8 }, (_, plane) => 100 * plane),
  profiles: new Float64Array(8 * 16).fill(10),
};

describe('beads, tiles and pictures of a running tracker', () => {
  let tracker: LiveTracker;
  let doors: WebSocketServer;
  let camera: RawCamera;
  let frames: number;
  const sockets: WebSocket[] = [];

  beforeEach(async () => {
    const config = defaultConfig();
    config.server.port = 0;
    config.engine.engine = 'reference';
    config.recording.enabled = false;
    tracker = await LiveTracker.start({
      config,
      plan: parsePlan(MAGTRACK_PLAN),
      zLutOf: (bead) => (bead === 5 ? zLut : null),
      rois: () => [{ bead: 0, left: 20, top: 30, size: 32 }],
      roiSize: 32,
      log: () => {},
    });
    doors = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(doors, 'listening');
    const hello = { type: 'hello', version: CAMERA_LINK_VERSION, camera: 'test', width, height, fps: 100 };
    camera = await rawCamera(`ws://127.0.0.1:${tracker.server.port}`, { ...hello, pixelFormat: 'mono8' });
    frames = 0;
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    camera.ws.terminate();
    doors.close();
    await tracker.close();
  });

  async function enter(role: 'operator' | 'viewer'): Promise<{ ws: WebSocket; got: LiveMessage[] }> {
    doors.once('connection', (socket: WebSocket) => tracker.mount.onViewer(socket, role));
    const ws = new WebSocket(`ws://127.0.0.1:${(doors.address() as { port: number }).port}`);
    sockets.push(ws);
    const got: LiveMessage[] = [];
    ws.on('message', (bytes: Buffer) => got.push(decodeLive(bytes)));
    await once(ws, 'open');
    return { ws, got };
  }

  type Message<Type> = Extract<LiveMessage, { type: Type }>;
  const isOf =
    <Type extends LiveMessage['type']>(type: Type) =>
    (message: LiveMessage): message is Message<Type> =>
      message.type === type;

  /** Sends frames, each once the one before is settled, until there is a message. */
  async function next<Type extends LiveMessage['type']>(
    got: LiveMessage[],
    type: Type,
    fits: (message: Message<Type>) => boolean = () => true,
  ): Promise<Message<Type>> {
    for (;;) {
      const found = got.filter(isOf(type)).find(fits);
      if (found) return found;
      await camera.frame(frames++, pixels);
    }
  }

  async function ask({ ws, got }: Awaited<ReturnType<typeof enter>>, request: ControlRequest) {
    ws.send(encodeLive(request));
    const { error } = await next(got, 'reply', ({ id }) => id === request.id);
    const placed = got.filter(isOf('placed')).find(({ id }) => id === request.id);
    return { error, rois: placed?.rois ?? null };
  }

  test('a bead that was removed comes back with its id; only who asked is told where it is', async () => {
    const operator = await enter('operator');
    const other = await enter('viewer');
    const added = await ask(operator, { type: 'add-bead', id: 1, xPx: 80, yPx: 60 });
    expect(added).toEqual({ error: null, rois: [{ bead: 1, left: 64, top: 44, size: 32, follow: false }] });
    await ask(operator, { type: 'remove-bead', id: 2, bead: 0 });
    const first = { bead: 0, left: 20, top: 30, size: 32 };
    const back = await ask(operator, { type: 'place-beads', id: 3, place: [first], remove: [1] });
    expect(back).toEqual({ error: null, rois: [{ ...first, follow: false }] });
    // What it was told before the answer to a question of its own has arrived with that.
    await ask(other, { type: 'tiles', id: 4, wanted: false });
    const lists = other.got.filter(isOf('beads')).map(({ beads }) => beads.map(({ bead }) => bead));
    expect(lists).toEqual([[0, 1], [1], [0]]);
    expect(other.got.some(isOf('placed'))).toBe(false);
  });

  test('an ROI that the Z-LUT of its bead is not for is refused in words, and nothing is changed', async () => {
    const operator = await enter('operator');
    const five = { bead: 5, left: 90, top: 60, size: 32 };
    expect((await ask(operator, { type: 'place-beads', id: 1, place: [five] })).error).toBeNull();
    const wider = [0, 5].map((bead) => ({ bead, left: 10, top: 10, size: 48 }));
    const { error, rois } = await ask(operator, { type: 'place-beads', id: 2, place: wider });
    expect(error).toMatch(/^E_ZLUT bead 5 Z-LUT five: .*use ROIs of 32 px/);
    expect(rois).toBeNull();
    const resized = await ask(operator, { type: 'place-beads', id: 3, place: [wider[0]!] });
    expect(resized.rois).toMatchObject([{ bead: 0, size: 48 }]);
  });

  test('a bead may lose a Z-LUT that is not for its new ROI, and goes on as itself; one that cannot be placed keeps it', async () => {
    const operator = await enter('operator');
    const five = { bead: 5, left: 90, top: 60, size: 32 };
    const zLutOf = (id: number) =>
      operator.got
        .filter(isOf('beads'))
        .at(-1)!
        .beads.map(({ bead, size, zLut }) => [bead, size, zLut])
        .find(([bead]) => bead === id);
    await ask(operator, { type: 'place-beads', id: 1, place: [five] });
    const wider = [0, 5].map((bead) => ({ bead, left: 10, top: 10, size: 48 }));
    const tooWide = { bead: 0, left: 0, top: 0, size: 128 };
    const mixed = [wider[1]!, tooWide];
    const refused = await ask(operator, { type: 'place-beads', id: 2, place: mixed, mayLoseZ: true });
    expect(refused.error).toMatch(/^E_ROI bead 0 .*128/);
    expect((await ask(operator, { type: 'place-beads', id: 3, place: wider })).error).toMatch(/^E_ZLUT/);
    const { error, rois } = await ask(operator, {
      ...{ type: 'place-beads', id: 4, place: wider, mayLoseZ: true },
    });
    expect([error, rois?.map(({ bead, size }) => [bead, size])]).toEqual([
      null,
      [
        [0, 48],
        [5, 48],
      ],
    ]);
    expect(zLutOf(5)).toEqual([5, 48, null]);
    // What was taken off stays off until somebody assigns it.
    await ask(operator, { type: 'place-beads', id: 5, place: [five] });
    expect(zLutOf(5)).toEqual([5, 32, null]);
    await ask(operator, { type: 'z-lut-assign', id: 6, zLut: 'first', beads: [5] });
    expect(zLutOf(5)).toEqual([5, 32, 'five']);
    await ask(operator, { type: 'place-beads', id: 7, place: [{ ...five, left: 20 }], mayLoseZ: true });
    expect(zLutOf(5)).toEqual([5, 32, 'five']);
  });

  test('a viewer is told its role, may look at parts and tiles, and may not place beads', async () => {
    const viewer = await enter('viewer');
    expect((await next(viewer.got, 'snapshot')).role).toBe('viewer');
    const refused = await ask(viewer, { type: 'place-beads', id: 1, remove: [0] });
    expect(refused.error).toMatch(/^E_ACCESS place-beads: expected the role operator/);
    const part = { left: 40, top: 50, width: 60, height: 40, maxWidth: 400, black: 0, white: 255 };
    expect((await ask(viewer, { type: 'preview', id: 2, ...part })).error).toBeNull();
    const { pixels: shown, ...picture } = await next(viewer.got, 'preview', ({ left }) => left === 40);
    expect(picture).toMatchObject({ top: 50, width: 60, height: 40, step: 1, isMap: false });
    // Grays of 256 levels from counts of 255.
    expect(Math.abs(shown[0]! - 40)).toBeLessThanOrEqual(1);
    expect(await next(viewer.got, 'preview', ({ isMap }) => isMap)).toMatchObject({ left: 0, width: 160 });
    expect(viewer.got.some(isOf('tiles'))).toBe(false);
    expect((await ask(viewer, { type: 'tiles', id: 3, wanted: true })).error).toBeNull();
    const tiles = await next(viewer.got, 'tiles');
    expect([[...tiles.beads], [...tiles.sides], tiles.pixels.length]).toEqual([[0], [32], 1024]);
    // The ramp from column 20 to 51 lies between black and white, which are its own quantiles.
    const row = [...tiles.pixels.subarray(0, 32)];
    expect(row).toEqual([...row].sort((a, b) => a - b));
    expect([row[0], row[31]]).toEqual([0, 255]);
  });

  test('a request for more beads than a message may place is refused', async () => {
    const operator = await enter('operator');
    const place = Array.from({ length: 1001 }, () => ({ left: 0, top: 0, size: 32 }));
    operator.ws.send(encodeLive({ type: 'place-beads', id: 1, place }));
    expect((await next(operator.got, 'reply', ({ id }) => id === 1)).error).toMatch(/^E_PROTOCOL .*1000/s);
    const most = place.slice(0, 1000).map((roi) => ({ ...roi, left: 100, bead: 1_000_000 }));
    const { error } = await ask(operator, { type: 'place-beads', id: 2, place: most });
    expect(error).toMatch(/every id once, received bead 1000000 twice/);
  });
});
