import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { CAMERA_LINK_VERSION } from '#protocol/camera-link.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import { decodeLive, encodeLive, type LiveMessage } from '#protocol/live.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { readTracks } from '#recording/read-recording.ts';
import { readRunRecord } from '#recording/run-record.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { presetSteps } from '#stages/presets.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { type RawCamera, rawCamera } from '../support/raw-camera.ts';
import { ringFrame, ringZLut } from '../support/ring-beads.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SHAPE = { width: 120, height: 90, pixelFormat: 'mono8' } as const;
const ROI = { bead: 0, left: 20, top: 12, size: 48 };
const Z_LUT = ringZLut(48, 30);

const folder = temporaryFolder();

type Role = 'operator' | 'viewer';
type Of<Type extends LiveMessage['type']> = Extract<LiveMessage, { type: Type }>;

describe('the pipeline of a running tracker', () => {
  let tracker: LiveTracker;
  let doors: WebSocketServer;
  let camera: RawCamera;
  let log: string[];
  let frames = 0;
  const sockets: WebSocket[] = [];
  const pixels = new Uint8Array(
    ringFrame(SHAPE, [{ roi: ROI, xPx: 24.3, yPx: 22.6, plane: 12.3 }], { seed: 4 }),
  );

  beforeEach(async () => {
    const config = defaultConfig();
    config.server.port = 0;
    config.engine.engine = 'reference';
    config.recording.folder = join(folder, 'runs');
    log = [];
    tracker = await LiveTracker.start({
      config,
      plan: parsePlan(MAGTRACK_PLAN),
      zLutOf: () => Z_LUT,
      rois: () => [ROI],
      roiSize: 48,
      log: (text) => log.push(text),
    });
    doors = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(doors, 'listening');
    const hello = { type: 'hello', version: CAMERA_LINK_VERSION, camera: 'test', ...SHAPE, fps: 100 };
    camera = await rawCamera(`ws://127.0.0.1:${tracker.server.port}`, hello);
    frames = 0;
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    camera.ws.terminate();
    doors.close();
    await tracker.close();
  });

  async function enter(role: Role) {
    doors.once('connection', (socket: WebSocket) => tracker.mount.onViewer(socket, role));
    const ws = new WebSocket(`ws://127.0.0.1:${(doors.address() as { port: number }).port}`);
    sockets.push(ws);
    const got: LiveMessage[] = [];
    ws.on('message', (bytes: Buffer) => got.push(decodeLive(bytes)));
    await once(ws, 'open');
    let id = 0;
    return {
      got,
      /** Asks, and resolves with the reply and what came with its id before; what cannot be read has the id -1. */
      async ask(request: object) {
        const own = ++id;
        const from = got.length;
        ws.send(encodeLive({ ...request, id: own } as ControlRequest));
        const isOwn = (message: LiveMessage) => 'id' in message && (message.id === own || message.id === -1);
        const answers = () => got.slice(from).filter(isOwn);
        const reply = () => answers().find((message) => message.type === 'reply') as Of<'reply'> | undefined;
        await expect.poll(reply, { interval: 5 }).toBeDefined();
        const answer = answers().find((message) => message.type !== 'reply');
        return { error: reply()!.error, answer };
      },
    };
  }

  /** Sends frames so far apart in the camera's time. */
  async function film(count: number, apartMs = 10): Promise<void> {
    for (let frame = 0; frame < count; frame++, frames++) {
      await camera.frame(frames, pixels, { tNs: frames * apartMs * 1_000_000 });
    }
  }

  const quadrant = presetSteps('quadrant');
  const precise = presetSteps('precise');
  const otherLookup = presetSteps('magtrack').map((step) => {
    return step.stage === 'lookup-z' ? { ...step, params: { nLocal: 3 } } : step;
  });

  test('describes itself to a viewer, who may do nothing more', async () => {
    const { ask } = await enter('viewer');
    const { error, answer } = await ask({ type: 'describe-pipeline' });
    expect(error).toBeNull();
    expect(answer).toMatchObject({ type: 'pipeline', plan: parsePlan(MAGTRACK_PLAN) });
    expect((answer as Of<'pipeline'>).presets.map(({ name }) => name)).toContain('quadrant');
    for (const type of ['check-plan', 'try-plan', 'apply-plan']) {
      const refused = await ask({ type, steps: quadrant, ...(type === 'apply-plan' && { mayLoseZ: true }) });
      expect(refused.error).toMatch(/E_ACCESS .*role operator/);
      expect(refused.answer).toBeUndefined();
    }
  });

  test('what is no plan is neither tried nor applied', async () => {
    const { ask } = await enter('operator');
    const mass = (params: object) => [{ stage: 'center-of-mass', params }];
    const hostile: [steps: unknown, expected: RegExp][] = [
      [[], /at least one stage/],
      [[{ stage: 'rm -rf', params: {} }], /rm -rf/],
      [mass({ k: 1e9 }), /center-of-mass\.k/],
      [mass({ constructor: 1 }), /E_CONFIG/],
      [[{ stage: 'lookup-z', params: {} }], /'profile'/],
      [mass({ k: Number.NaN }), /E_PROTOCOL/],
      [mass({ k: [1] }), /E_(PROTOCOL|LIMIT)/],
      [Array(100).fill({ stage: 'center-of-mass', params: {} }), /E_PROTOCOL/],
      [[{ stage: 'x'.repeat(1e5), params: {} }], /E_PROTOCOL/],
      ['magtrack', /E_PROTOCOL/],
    ];
    for (const [steps, expected] of hostile) {
      expect((await ask({ type: 'try-plan', steps })).error).toMatch(expected);
      expect((await ask({ type: 'apply-plan', steps, mayLoseZ: true })).error).toMatch(expected);
    }
    await film(2);
    const { answer } = await ask({ type: 'describe-pipeline' });
    expect(answer).toMatchObject({ plan: parsePlan(MAGTRACK_PLAN) });
  });

  test('tells problems by step and parameter, and beads that would lose z', async () => {
    const { ask } = await enter('operator');
    const bad = await ask({
      type: 'check-plan',
      steps: [{ stage: 'center-of-mass', params: { background: 'blue', k: '' } }],
    });
    expect(bad).toMatchObject({ error: null, answer: { unfit: [], findsZ: false } });
    expect((bad.answer as Of<'plan-check'>).problems).toMatchObject([
      { step: 0, param: 'background' },
      { step: 0, param: 'k' },
    ]);
    const good = await ask({ type: 'check-plan', steps: quadrant });
    const why = expect.stringMatching(/profiles of radial-profile/);
    expect(good.answer).toMatchObject({ problems: [], findsZ: true, unfit: [{ bead: 0, why }] });
  });

  test('tries a plan on the frames that come next, off the way of frames', async () => {
    const { ask } = await enter('operator');
    const trying = ask({ type: 'try-plan', steps: quadrant, traceOf: 0 });
    const { error: second } = await ask({ type: 'try-plan', steps: quadrant });
    expect(second).toMatch(/E_LIMIT .*one trial at a time/);
    // Few: they are waited for 5 s at most.
    await film(22, 50);
    const { error, answer } = await trying;
    expect(error).toBeNull();
    const trial = answer as Of<'plan-trial'>;
    expect(trial).toMatchObject({ frames: 21, spanS: 1, beads: [{ bead: 0 }] });
    // Of the same picture every time: no noise, and no z without a Z-LUT that fits.
    expect(trial.beads[0]).toMatchObject({
      present: { found: 1, foundZ: 1, noise: { xPx: 0, zNm: 0 }, status: { ok: 21 } },
      proposed: { found: 1, foundZ: 0, status: { 'no-zlut': 21 } },
    });
    expect(trial.trace!.present.xPx).toHaveLength(21);
    // 0.1 px: of a bead with 1 % noise by two algorithms.
    expect(Math.abs(trial.trace!.proposed.xPx[0]! - 44.3)).toBeLessThan(0.1);
  });

  test('changes the plan between two frames: all are tracked, those of each plan in a recording of their own', async () => {
    const { ask, got } = await enter('operator');
    await film(30);
    const before = tracker.recording!;
    const refused = await ask({ type: 'apply-plan', steps: quadrant, mayLoseZ: false });
    expect(refused.error).toMatch(/E_ZLUT .*bead 0.*may go without z/);
    // While frames come.
    const filming = film(60);
    expect((await ask({ type: 'apply-plan', steps: quadrant, mayLoseZ: true })).error).toBeNull();
    await filming;
    await film(1);
    await expect
      .poll(() => log.join('\n'))
      .toMatch(/another pipeline from frame \d+ on: .*quadrant.*recording to/);
    await expect
      .poll(() => got.findLast(({ type }) => type === 'snapshot'))
      .toMatchObject({
        pipeline: quadrant.map(({ stage }) => stage),
        recording: tracker.recording,
      });
    const after = tracker.recording!;
    expect(after).not.toBe(before);
    // The same again changes nothing, and back comes the z.
    expect((await ask({ type: 'apply-plan', steps: quadrant, mayLoseZ: false })).error).toBeNull();
    expect(tracker.recording).toBe(after);
    expect((await ask({ type: 'apply-plan', steps: otherLookup, mayLoseZ: false })).error).toBeNull();
    await film(5);
    await expect.poll(() => tracker.recording).not.toBe(after);
    const last = tracker.recording!;
    // One that fits has columns of its own.
    expect((await ask({ type: 'apply-plan', steps: precise, mayLoseZ: true })).error).toBeNull();
    await film(4);
    await expect.poll(() => tracker.recording).not.toBe(last);
    const fitted = tracker.recording!;
    await tracker.close();

    expect(tracker.totals()).toMatchObject({ offered: 100, tracked: 100, 'recorder-overrun': 0 });
    const rows: { frame: number; zNm: number; status: number; of: string }[] = [];
    for (const of of [before, after, last, fitted]) {
      for await (const { frame, zNm, status } of readTracks(join(of, 'tracks.arrows'))) {
        frame.forEach((id, row) => {
          rows.push({ frame: id, zNm: zNm[row]!, status: status[row]!, of });
        });
      }
    }
    expect(rows.map(({ frame }) => frame)).toEqual(Array.from({ length: 100 }, (_, frame) => frame));
    const changed = Number(/from frame (\d+) on/.exec(log.join('\n'))![1]);
    expect(rows.find(({ of }) => of === after)!.frame).toBe(changed);
    for (const { of, zNm, status } of rows) {
      const hasZ = of === before || of === last;
      expect(status).toBe(hasZ ? 0 : TRACK_STATUS['no-zlut']);
      expect(Number.isNaN(zNm)).toBe(!hasZ);
    }
    expect((await readRunRecord(before)).plan).toEqual(parsePlan(MAGTRACK_PLAN));
    expect((await readRunRecord(after)).plan).toEqual(parsePlan(quadrant));
    expect((await readRunRecord(after)).endedAt).not.toBeNull();
    expect((await readRunRecord(last)).plan).toEqual(parsePlan(otherLookup));
  });

  test('an engine that cannot take a plan goes on with the one before', async () => {
    const { ask } = await enter('operator');
    await film(2);
    const { host } = tracker.engine;
    vi.spyOn(host, 'configure').mockRejectedValueOnce(new Error('no such kernel'));
    const { error } = await ask({ type: 'apply-plan', steps: otherLookup, mayLoseZ: false });
    expect(error).toMatch(/no such kernel/);
    const { answer } = await ask({ type: 'describe-pipeline' });
    expect(answer).toMatchObject({ plan: parsePlan(MAGTRACK_PLAN) });
    await film(3);
    expect(tracker.totals()).toMatchObject({ offered: 5, tracked: 5 });
  });
});
