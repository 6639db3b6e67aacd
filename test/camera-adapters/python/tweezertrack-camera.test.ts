import { describe, expect, test } from 'vitest';
import { doorServer } from '../../support/door-server.ts';
import { pythonWith, skippedWithout } from '../../support/python.ts';
import { drivenCamera } from '../../support/python-camera.ts';
import { type ScriptedLink, scriptedTracker } from '../../support/scripted-tracker.ts';

const NEEDS = ['numpy', 'websockets', 'msgpack'];
const SHAPE = { width: 16, height: 8, pixel_format: 'mono8', fps: 100 };

/** A camera and the link it has opened, with so much credit. */
async function linked(options: object, credit: number) {
  const tracker = await scriptedTracker();
  const camera = drivenCamera({ ...SHAPE, url: tracker.url, ...options });
  const link = await tracker.link();
  const hello = await link.next('hello');
  link.send({ type: 'welcome', version: 1, credit });
  await camera.ask({ wait: true });
  return { tracker, camera, link, hello };
}

const numbersOf = async (link: ScriptedLink, frames: number) => {
  const numbers: unknown[] = [];
  for (let frame = 0; frame < frames; frame++) numbers.push((await link.next('frame')).id);
  return numbers;
};

describe.skipIf(!pythonWith(...NEEDS))(`the Python module${skippedWithout(...NEEDS)}`, () => {
  test.each([
    ['mono8', 1],
    ['mono10', 2],
    ['mono12', 2],
    ['mono16', 2],
    ['float32', 4],
  ])('sends %s pixel for pixel, with number and time', async (pixelFormat, bytes) => {
    const { camera, link, hello } = await linked({ pixel_format: pixelFormat, pixel_size_nm: 65 }, 4);
    expect(hello).toMatchObject({
      version: 1,
      camera: 'driven',
      width: 16,
      height: 8,
      pixelFormat,
      fps: 100,
    });
    expect(hello).toMatchObject({ pixelSizeNm: 65, roiStreaming: true });
    await camera.ask({ send: [7] });
    const frame = await link.next('frame');
    expect(frame).toMatchObject({ id: 7, tNs: 7000, dropped: 0 });
    expect(Object.keys(frame).at(-1)).toBe('data');
    const data = frame.data as Buffer;
    expect(data.length).toBe(16 * 8 * bytes);
    const last =
      bytes === 1 ? data.readUInt8(127) : bytes === 2 ? data.readUInt16LE(254) : data.readFloatLE(508);
    expect(last).toBe(7);
  });

  test('sends no more frames than it has credit for, and drops the oldest of a running camera', async () => {
    const { camera, link } = await linked({ fps: 10 }, 2);
    // A quarter of a second at 10 frames a second is 3 frames.
    expect(await camera.ask({ send: [0, 1] })).toMatchObject({ dropped: 0 });
    expect(await numbersOf(link, 2)).toEqual([0, 1]);
    expect(await camera.ask({ send: [2, 3, 4, 5, 6, 7] })).toMatchObject({ sent: 2, dropped: 3 });
    expect(link.waiting('frame')).toBe(0);
    link.send({ type: 'credit', credit: 10 });
    const frame = await link.next('frame');
    expect(frame).toMatchObject({ id: 5, dropped: 3 });
    expect(await numbersOf(link, 2)).toEqual([6, 7]);
  });

  test('a source without a rate waits for credit and drops nothing', async () => {
    const { camera, link } = await linked({ fps: 0 }, 1);
    const sent = camera.ask({ send: [0, 1, 2, 3, 4] });
    for (let frame = 0; frame < 5; frame++) {
      expect(await link.next('frame')).toMatchObject({ id: frame, dropped: 0 });
      link.send({ type: 'credit', credit: 1 });
    }
    expect(await sent).toMatchObject({ dropped: 0 });
  });

  test('sends ROIs where it is asked to, the whole picture beside them once, and whole frames again', async () => {
    const { camera, link } = await linked({}, 10_000);
    link.send({
      type: 'rois',
      version: 3,
      rois: [
        { left: 2, top: 1, size: 2 },
        { left: 10, top: 4, size: 3 },
      ],
    });
    link.send({ type: 'picture' });
    // The link reads in order: what was asked before this is done by the time it is answered.
    link.socket.ping();
    await new Promise((resolve) => link.socket.once('pong', resolve));
    let pictures = 0;
    const cut = [18, 19, 34, 35, 74, 75, 76, 90, 91, 92, 106, 107, 108];
    await expect
      .poll(async () => {
        await camera.ask({ ramp: 1 });
        const frame = await link.next('frame');
        if ('picture' in frame) pictures += (frame.picture as Buffer).length;
        return frame;
      })
      .toMatchObject({ rois: 3, data: Buffer.from(cut) });
    await camera.ask({ ramp: 2 });
    expect(await link.next('frame')).not.toHaveProperty('picture');
    expect(pictures).toBe(128);
    link.send({ type: 'rois', version: 4, rois: [] });
    await expect
      .poll(async () => {
        await camera.ask({ ramp: 3 });
        return ((await link.next('frame')).data as Buffer).length;
      })
      .toBe(128);
  });

  test('opens a lost link again, and counts the frames that nobody took meanwhile', async () => {
    const { tracker, camera, link } = await linked({ fps: 10 }, 5);
    await camera.ask({ send: [0] });
    link.socket.terminate();
    const again = await tracker.link();
    await again.next('hello');
    // Not welcome yet: three of these five are kept.
    expect(await camera.ask({ send: [1, 2, 3, 4, 5] })).toMatchObject({ sent: 1, dropped: 2 });
    again.send({ type: 'welcome', version: 1, credit: 5 });
    // The count begins anew with the link.
    expect(await again.next('frame')).toMatchObject({ id: 3, dropped: 0 });
  });

  test('finds a tracker that starts after it', async () => {
    const first = await scriptedTracker();
    const { port } = first;
    await first.close();
    const camera = drivenCamera({ ...SHAPE, url: `ws://127.0.0.1:${port}` });
    await expect.poll(() => camera.log.join()).toContain(`no tracker at ws://127.0.0.1:${port}/camera`);
    const link = await (await scriptedTracker(port)).link();
    expect(await link.next('hello')).toMatchObject({ camera: 'driven' });
  });

  test('tells its program what the tracker refuses, and does not try again', async () => {
    const tracker = await scriptedTracker();
    const camera = drivenCamera({ ...SHAPE, url: tracker.url });
    const link = await tracker.link();
    link.send({ type: 'error', code: 'E_PROTOCOL', message: 'hello version: expected 2, received 1' });
    const words = 'TrackerRefusal: E_PROTOCOL hello version: expected 2, received 1';
    expect(await camera.ask({ wait: true })).toEqual({ error: words });
    expect(await camera.ask({ send: [1] })).toEqual({ error: words });
  });

  test('ends where the tracker has no camera of its name', async () => {
    const { port } = await doorServer();
    const camera = drivenCamera({ ...SHAPE, url: `ws://127.0.0.1:${port}/cameras/top` });
    expect((await camera.ask({ wait: true })).error).toMatch(
      /TrackerRefusal: the tracker answers 404: .*(settings name this camera|received 'top')/,
    );
  });

  test('refuses a frame of another shape, and goes on', async () => {
    const { camera, link } = await linked({}, 5);
    expect((await camera.ask({ wrong: true })).error).toBe(
      'ValueError: frame: expected [8, 16] of uint8, received [8, 17] of uint8',
    );
    await camera.ask({ send: [0] });
    expect(await link.next('frame')).toMatchObject({ id: 0 });
  });

  test('says bye with its account once everything is sent', async () => {
    const { camera, link } = await linked({}, 1);
    await camera.ask({ send: [0, 1] });
    await link.next('frame');
    const closed = camera.ask({ close: true });
    link.send({ type: 'credit', credit: 1 });
    expect(await link.next('frame')).toMatchObject({ id: 1 });
    expect(await link.next('bye')).toMatchObject({ sent: 2, dropped: 0 });
    link.send({ type: 'farewell' });
    expect(await closed).toMatchObject({ open: false });
  });

  test('lets settings be read and changed, and the camera stop and go on', async () => {
    const { link, hello } = await linked({ hasDevice: true }, 5);
    const exposure = { name: 'exposureUs', title: 'Exposure', unit: 'µs', value: 500, from: 10, to: 1e6 };
    const model = { name: 'model', value: 'fake', writable: false };
    expect(hello.controls).toEqual({ settings: [{ ...exposure, writable: true }, model], acquiring: true });
    link.send({ type: 'camera-set', id: 1, name: 'exposureUs', value: 750 });
    const changed = await link.next('camera');
    expect(changed).toMatchObject({ id: 1, settings: [{ value: 750 }, model], error: null });
    link.send({ type: 'camera-set', id: 2, name: 'model', value: 'other' });
    expect(await link.next('camera')).toMatchObject({ id: 2, error: 'model: expected one of exposureUs' });
    link.send({ type: 'acquire', id: 3, on: false });
    expect(await link.next('camera')).toMatchObject({ id: 3, acquiring: false, error: null });
  });

  test('moves its focus stage, says what went wrong, and stops it when the link is lost', async () => {
    const { tracker, camera, link, hello } = await linked({ hasDevice: true }, 5);
    expect(hello.focusStage).toEqual({ name: 'fake drive', fromNm: -500, toNm: 500 });
    link.send({ type: 'focus-move', id: 1, zNm: 120 });
    expect(await link.next('focus')).toMatchObject({ id: 1, zNm: 120, settled: true, error: null });
    link.send({ type: 'focus-move', id: 2, zNm: 450 });
    expect(await link.next('focus')).toMatchObject({ id: 2, zNm: 120, error: 'the drive is stuck' });
    link.socket.terminate();
    await tracker.link();
    expect(await camera.ask({})).toMatchObject({ stops: 1 });
  });

  test('moves its motors each for itself, says what went wrong, and stops them when the link is lost', async () => {
    const { tracker, camera, link, hello } = await linked({ hasDevice: true }, 5);
    expect(hello.motors).toEqual([
      { motor: 'magnet-translation', name: 'fake magnets', unit: 'mm', from: 0, to: 10 },
      { motor: 'magnet-rotation', name: 'fake magnets', unit: 'turns', from: -50, to: 50 },
    ]);
    link.send({ type: 'motor-move', id: 1, motor: 'magnet-rotation', to: -12.5 });
    const turned = { motor: 'magnet-rotation', at: -12.5, settled: true };
    expect(await link.next('motor')).toMatchObject({ id: 1, ...turned, error: null });
    link.send({ type: 'motor-position', id: 2, motor: 'magnet-translation' });
    expect(await link.next('motor')).toMatchObject({ id: 2, motor: 'magnet-translation', at: 0.5 });
    link.send({ type: 'motor-move', id: 3, motor: 'magnet-rotation', to: 51 });
    expect(await link.next('motor')).toMatchObject({
      id: 3,
      ...turned,
      error: 'the magnets would touch the sample',
    });
    link.send({ type: 'motor-stop', id: 4, motor: 'magnet-translation' });
    await link.next('motor');
    expect(await camera.ask({})).toMatchObject({ stops: 0, magnetStops: [1, 0] });
    link.socket.terminate();
    await tracker.link();
    expect(await camera.ask({})).toMatchObject({ stops: 1, magnetStops: [2, 1] });
  });

  test('stops a motor though its move hangs, and begins no move thereafter that was asked for before', async () => {
    const { camera, link } = await linked({ hasDevice: true }, 1);
    const translation = { motor: 'magnet-translation' } as const;
    link.send({ type: 'motor-move', id: 1, ...translation, to: 7 });
    link.send({ type: 'motor-move', id: 2, ...translation, to: 3 });
    // Frames go on meanwhile.
    await camera.ask({ send: [1] });
    expect(await link.next('frame')).toMatchObject({ id: 1 });
    link.send({ type: 'motor-stop', id: 3, ...translation });
    const answers = [await link.next('motor'), await link.next('motor'), await link.next('motor')];
    // The stop and the move that it ended are answered by threads of their own.
    expect(answers.sort((a, b) => Number(a.id) - Number(b.id))).toMatchObject([
      { id: 1, at: 7, error: null },
      { id: 2, at: 7, error: 'it was stopped' },
      { id: 3, at: Number.NaN, settled: false, error: null },
    ]);
    link.send({ type: 'motor-move', id: 4, ...translation, to: 3 });
    expect(await link.next('motor')).toMatchObject({ id: 4, at: 3, error: null });
  });

  test('sends where focus and magnets were with a frame, as far as it is told', async () => {
    const { camera, link } = await linked({}, 2);
    await camera.ask({ sendWith: { magnet_mm: 3, magnet_turns: -2.5 } });
    const frame = await link.next('frame');
    expect(frame).toMatchObject({ id: 1, magnetMm: 3, magnetTurns: -2.5 });
    expect(frame).not.toHaveProperty('focusZNm');
    expect(Object.keys(frame).at(-1)).toBe('data');
    await camera.ask({ sendWith: { focus_z_nm: 12.5 } });
    expect(await link.next('frame')).toMatchObject({ focusZNm: 12.5 });
  });
});
