import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { pythonWith, skippedWithout } from '../../support/python.ts';
import { PYTHON_CAMERAS, PYTHON_ENV } from '../../support/python-camera.ts';
import { scriptedTracker } from '../../support/scripted-tracker.ts';

const CORE = fileURLToPath(new URL('../../support/fake-micro-manager', import.meta.url));
const NEEDS = ['numpy', 'websockets', 'msgpack'];

test.skipIf(!pythonWith(...NEEDS))(
  `the example for Micro-Manager sends its frames by their numbers and moves its focus${skippedWithout(...NEEDS)}`,
  async () => {
    const tracker = await scriptedTracker();
    const script = join(PYTHON_CAMERAS, 'micro_manager_camera.py');
    const options = [
      'fake.cfg',
      '--to',
      tracker.url,
      '--exposure-ms',
      '2',
      '--focus-range-nm',
      '-5000',
      '5000',
    ];
    const env = { ...PYTHON_ENV, PYTHONPATH: `${PYTHON_CAMERAS}:${CORE}` };
    const camera = spawn(pythonWith(...NEEDS)!, [script, ...options], {
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    onTestFinished(() => void camera.kill('SIGKILL'));
    let said = '';
    camera.stderr.on('data', (text: Buffer) => {
      said += text;
    });
    const link = await tracker.link();
    expect(await link.next('hello')).toMatchObject({
      ...{
        camera: 'Micro-Manager Fake',
        width: 64,
        height: 48,
        pixelFormat: 'mono12',
        fps: 500,
        pixelSizeNm: 100,
      },
      controls: { settings: [{ name: 'exposureMs', value: 2, writable: false }] },
      focusStage: { name: 'ZDrive', fromNm: -5000, toNm: 5000 },
    });
    link.send({ type: 'welcome', version: 1, credit: 1000 });
    const frames: { id: number; dropped: number }[] = [];
    while (frames.length < 80) {
      const { id, dropped, data } = (await link.next('frame')) as {
        id: number;
        dropped: number;
        data: Buffer;
      };
      frames.push({ id, dropped });
      expect(data.readUInt16LE(2 * 64 * 47)).toBe(1000 + id);
    }
    // What the camera filmed before there was a tracker, or while its link was too busy, may be gone, and is counted;
    // the frame that Micro-Manager lost always is.
    expect(frames.map(({ id }) => id)).not.toContain(50);
    const [first] = frames as [(typeof frames)[0]];
    expect(frames.map(({ id }) => id)).toEqual(
      frames.map(({ dropped }, at) => {
        const number = first.id + at + dropped - first.dropped;
        return first.id < 50 && number >= 50 ? number + 1 : number;
      }),
    );
    link.send({ type: 'focus-move', id: 1, zNm: 250 });
    expect(await link.next('focus')).toMatchObject({ id: 1, zNm: 250, settled: true, error: null });
    camera.kill('SIGINT');
    await link.next('bye');
    link.send({ type: 'farewell' });
    await new Promise((resolve) => camera.once('exit', resolve));
    expect(said).toMatch(/\d+ frames sent, \d+ dropped/);
    expect(said).toContain('the buffer of Micro-Manager has overflowed');
  },
);
