import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSweepPlanes } from '#calibration/sweep-planes.ts';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { DeviceError, LimitError, ProtocolError, RoiError, ZLutError } from '#protocol/errors.ts';
import { readRoiFile } from '#rois/roi-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ROIS, ringPixels, SweepBench, settings } from './sweep-bench.ts';

const root = temporaryFolder();
let folders = 0;
const newFolder = () => join(root, `${++folders}`);

/** A bench with a sweep under way in a folder of its own. */
async function sweeping(more: Parameters<typeof settings>[0] = {}) {
  const folder = newFolder();
  const bench = new SweepBench(folder);
  await bench.ask({ type: 'sweep-start', settings: settings(more) });
  return { bench, folder, path: () => join(folder, bench.sweep!.sweep) };
}

const bytesOf = (path: string) => readFileSync(join(path, 'stack.bin'));

describe('a sweep', () => {
  test('takes every plane both ways with frames of its own focus only, and the focus returns', async () => {
    const { bench, path } = await sweeping({ bothWays: true });
    await bench.until(() => bench.phase === 'built');
    const zNm = [-200, -150, -100, -50, 0, 50, 100, 150, 200, 250, 300];
    const planes = await readSweepPlanes(join(path(), 'planes.csv'));
    expect(planes.map(({ planeZNm }) => planeZNm)).toEqual(
      [...zNm, ...zNm.toReversed()].flatMap((z) => [z, z, z]),
    );
    expect(planes.map(({ pass }) => pass)).toEqual([...Array(33).fill(0), ...Array(33).fill(1)]);
    expect(planes.every(({ timeS }, frame) => frame === 0 || timeS > planes[frame - 1]!.timeS)).toBe(true);

    const stack = await openStack(join(path(), 'stack.bin'));
    const rois = readRoiFile(join(path(), 'rois.csv'), stack, 8);
    expect(rois.map(({ bead, size }) => [bead, size])).toEqual([
      [3, 24],
      [7, 20],
    ]);
    const strip = new Uint8Array(stack.width * stack.height);
    for (const [frame, { planeZNm }] of planes.entries()) {
      await stack.readFrame(frame, strip);
      for (const { left, top, size } of rois) {
        const rows = Array.from({ length: size }, (_, row) => (top + row) * stack.width + left);
        const roi = rows.flatMap((from) => [...strip.subarray(from, from + size)]);
        expect(roi, `frame ${frame}`).toEqual([...ringPixels(size, planeZNm)]);
      }
    }
    await stack.close();
    expect(bench.focusNm.at(-1)).toBe(0);
  });

  test('is told of plane by plane, with a profile of each bead', async () => {
    const { bench } = await sweeping();
    await bench.until(() => bench.phase === 'built');
    expect(bench.planes.map(({ plane, zNm }) => [plane, zNm])).toEqual(
      Array.from({ length: 11 }, (_, plane) => [plane, -200 + 50 * plane]),
    );
    const { beads, profiles } = bench.planes[4]!;
    expect([...beads]).toEqual([3, 7]);
    // At focus 0 the middle is the brightest: 200 counts, less what a ring of a pixel averages and 8 bits cut off.
    expect(profiles[0]![1]).toBeGreaterThan(140);
    expect(profiles.map(({ length }) => length)).toEqual([12, 10]);
    expect(bench.calibration.planes).toEqual(bench.planes);
    expect(bench.sweep).toMatchObject({ plane: 11, planes: 11, beads: [3, 7], homeNm: 0, missed: 0 });
  });

  test('reaches the first plane of each way from behind it, so that play is on the same side', async () => {
    const { bench } = await sweeping({ bothWays: true });
    await bench.until(() => bench.phase === 'built');
    const lowest = Math.min(...bench.focusNm);
    const highest = Math.max(...bench.focusNm);
    expect([lowest, highest]).toEqual([-250, 350]);
  });

  test('takes the beads it is told, and assigns them when asked to', async () => {
    const { bench } = await sweeping({ beads: [7], assign: true });
    await bench.until(() => bench.phase === 'kept');
    expect([...bench.assigned.keys()]).toEqual([7]);
    expect(bench.sweep!.zLuts).toMatchObject([{ bead: 7, file: 'bead-7.zlut', assigned: true }]);
    expect(bench.calibration.status.interrupted).toEqual([]);
  });

  test('that is built is kept, or assigned for some beads, once it is', async () => {
    const { bench } = await sweeping();
    await expect(bench.ask({ type: 'sweep-keep' })).rejects.toThrow(ProtocolError);
    await bench.until(() => bench.phase === 'built');
    await bench.ask({ type: 'sweep-assign', beads: [3] });
    expect([...bench.assigned.keys()]).toEqual([3]);
    expect(bench.phase).toBe('kept');
  });

  test('waits for frames that are late, and gives up when none comes for long', async () => {
    const { bench } = await sweeping();
    await bench.until(() => bench.planes.length === 2);
    bench.films = false;
    await bench.rest();
    await bench.rest();
    bench.films = true;
    await bench.until(() => bench.planes.length === 4);
    bench.films = false;
    await bench.until(() => bench.phase === 'interrupted');
    expect(bench.sweep!.message).toBe('no frame came for 30 s');
  });
});

describe('a sweep that does not reach its end', () => {
  test('goes on in another tracker where the last whole plane ended, and has the same frames', async () => {
    const whole = await sweeping({ bothWays: true });
    await whole.bench.until(() => whole.bench.phase === 'built');
    const { bench, folder, path } = await sweeping({ bothWays: true });
    await bench.until(() => bench.planes.length === 14 && bench.sweep!.frames === 2);
    // The tracker is killed here, while it notes a plane: nothing is closed, nothing is told.
    appendFileSync(join(path(), 'planes.csv'), '42,100.000,1,9.0\n43,100.0');
    const sweep = bench.sweep!.sweep;
    const after = new SweepBench(folder);
    await after.until(() => after.calibration.status.interrupted.length > 0);
    expect(after.calibration.status.interrupted).toEqual([sweep]);
    expect(readdirSync(path())).not.toContain('stack.bin');
    await after.ask({ type: 'sweep-resume', sweep });
    await after.until(() => after.phase === 'built');
    expect(after.planes[0]!.plane).toBe(14);
    expect(bytesOf(path()).equals(bytesOf(whole.path()))).toBe(true);
    expect(await readSweepPlanes(join(path(), 'planes.csv'))).toHaveLength(66);
  });

  test('is paused where it is, and goes on', async () => {
    const { bench, path } = await sweeping();
    await bench.until(() => bench.planes.length === 5);
    await bench.ask({ type: 'sweep-pause' });
    expect(bench.phase).toBe('paused');
    const heldNm = bench.focusNm.at(-1)!;
    await bench.rest();
    expect(bench.focusNm.at(-1)).toBe(heldNm);
    expect(heldNm).toBeGreaterThan(-60);
    await bench.ask({ type: 'sweep-resume' });
    await bench.until(() => bench.phase === 'built');
    expect(await readSweepPlanes(join(path(), 'planes.csv'))).toHaveLength(33);
  });

  test('is stopped, the focus returns, and discarding it leaves nothing', async () => {
    const { bench, folder } = await sweeping();
    await bench.until(() => bench.planes.length === 5);
    await bench.ask({ type: 'sweep-stop' });
    expect(bench.phase).toBe('interrupted');
    expect(bench.focusNm.at(-1)).toBe(0);
    await bench.until(() => bench.calibration.status.interrupted.length === 1);
    await bench.ask({ type: 'sweep-discard' });
    expect(bench.phase).toBe('discarded');
    expect(readdirSync(folder)).toEqual([]);
    expect(bench.calibration.status.interrupted).toEqual([]);
  });

  test.each(['moving', 'collecting', 'paused'] as const)('is discarded while it is %s', async (phase) => {
    const { bench, folder } = await sweeping();
    await bench.until(() => bench.planes.length === 5);
    if (phase === 'paused') await bench.ask({ type: 'sweep-pause' });
    else await bench.until(() => bench.phase === phase);
    await bench.ask({ type: 'sweep-discard' });
    expect(readdirSync(folder)).toEqual([]);
    expect(bench.focusNm.at(-1)).toBe(0);
  });

  test.each(['moving', 'collecting', 'homing'] as const)(
    'stays where the focus was stopped while it was %s, and moves no more',
    async (phase) => {
      const { bench } = await sweeping();
      await bench.until(() => bench.planes.length === 1 && (phase === 'homing' || bench.phase === phase));
      if (phase === 'homing') {
        void bench.calibration.control({ type: 'sweep-stop', id: 2 });
        await bench.until(() => bench.phase === 'homing' && bench.focusNm.at(-1)! > -145);
      }
      await bench.ask({ type: 'focus-stop' });
      const stoppedNm = bench.focusNm.at(-1)!;
      await bench.rest();
      expect(bench.phase).toBe('interrupted');
      expect(bench.focusNm.at(-1)).toBe(stoppedNm);
      expect(stoppedNm).not.toBe(0);
    },
  );

  test('is interrupted when the camera goes, and resumes with its focus stage when it is back', async () => {
    const { bench } = await sweeping();
    await bench.until(() => bench.planes.length === 5);
    bench.camera = null;
    bench.calibration.useFocusStage(null);
    bench.calibration.cameraGone();
    await bench.until(() => bench.phase === 'interrupted');
    expect(bench.sweep!.message).toBe('the camera is gone');
    expect(bench.events.join()).toContain('the focus did not return to 0 nm');
    await expect(bench.ask({ type: 'sweep-start', settings: settings() })).rejects.toThrow(DeviceError);
    bench.camera = { camera: 'bench', width: 72, height: 40, pixelFormat: 'mono8' };
    bench.calibration.useFocusStage(bench.stage);
    await bench.ask({ type: 'sweep-resume' });
    await bench.until(() => bench.phase === 'built');
  });

  test('is interrupted by a bead that is removed, which is named', async () => {
    const { bench } = await sweeping();
    await bench.until(() => bench.planes.length === 3);
    bench.rois = [ROIS[0]!];
    await bench.until(() => bench.phase === 'interrupted');
    expect(bench.sweep!.message).toContain('bead 7');
    await expect(bench.ask({ type: 'sweep-resume' })).resolves.toBeUndefined();
    await bench.until(() => bench.phase === 'interrupted');
  });

  test('whose Z-LUTs cannot be built keeps its frames, and is built again on request', async () => {
    const { bench, path } = await sweeping();
    const { build } = bench;
    bench.build = async () => {
      throw new ZLutError({ where: 'bead 3', expected: 'light', received: 'none' });
    };
    await bench.until(() => bench.phase === 'interrupted');
    expect(bench.sweep!.message).toContain('expected light');
    const taken = bytesOf(path());
    bench.build = build;
    await bench.ask({ type: 'sweep-resume' });
    await bench.until(() => bench.phase === 'built');
    expect(bytesOf(path()).equals(taken)).toBe(true);
    expect(bench.planes).toHaveLength(11);
  });

  test('is brought home when the tracker ends, and waits for the next', async () => {
    const { bench, folder } = await sweeping();
    await bench.until(() => bench.planes.length === 5);
    await bench.through(bench.calibration.close());
    expect(bench.focusNm.at(-1)).toBe(0);
    const after = new SweepBench(folder);
    await after.until(() => after.calibration.status.interrupted.length === 1);
    await after.ask({ type: 'sweep-resume' });
    await after.until(() => after.phase === 'built');
  });
});

describe('is refused', () => {
  test.each([
    ['a sweep beyond the limits', { toNm: 1050 }, LimitError, /from -1000 to 1000 nm.*received 1050/],
    ['a bead that is not there', { beads: [5] }, RoiError, /one of the beads 3, 7.*received 5/],
  ])('%s, before anything moves or is written', async (_, more, kind, words) => {
    const folder = newFolder();
    const bench = new SweepBench(folder);
    const asked = bench.ask({ type: 'sweep-start', settings: settings(more) });
    await expect(asked).rejects.toThrow(kind);
    await expect(asked).rejects.toThrow(words);
    await bench.rest();
    expect(bench.focusNm.at(-1)).toBe(0);
    expect(() => readdirSync(folder)).toThrow();
  });

  test('a move or a second sweep while one is under way', async () => {
    const { bench } = await sweeping();
    for (const request of [
      { type: 'focus-move', zNm: 0 },
      { type: 'sweep-start', settings: settings() },
      { type: 'sweep-suggest' },
    ] as const) {
      await expect(bench.ask(request)).rejects.toThrow(ProtocolError);
    }
    await bench.until(() => bench.phase === 'built');
  });

  test('a move beyond the limits, and one without a focus stage', async () => {
    const bench = new SweepBench(newFolder());
    await expect(bench.ask({ type: 'focus-move', zNm: 1500 })).rejects.toThrow(
      /received 1500 nm; stay inside/,
    );
    bench.calibration.useFocusStage(null);
    await expect(bench.ask({ type: 'focus-move', zNm: 0 })).rejects.toThrow(DeviceError);
  });

  test('to discard what is no sweep', async () => {
    const bench = new SweepBench(newFolder());
    await expect(bench.ask({ type: 'sweep-discard', sweep: 'runs' })).rejects.toThrow(ProtocolError);
    await expect(bench.ask({ type: 'sweep-resume', sweep: 'runs' })).rejects.toThrow(
      /folder of a focal sweep/,
    );
  });
});

describe('the focus', () => {
  test('is moved by an operator, and stopped past everything', async () => {
    const bench = new SweepBench(newFolder());
    await bench.ask({ type: 'focus-move', zNm: 600 });
    expect(bench.calibration.status.focus).toMatchObject({ targetNm: 600, settled: false });
    await bench.until(() => bench.focusNm.at(-1)! > 200);
    await bench.ask({ type: 'focus-stop' });
    const stoppedNm = bench.focusNm.at(-1)!;
    await bench.rest();
    expect(stoppedNm).toBeLessThan(400);
    expect(bench.focusNm.at(-1)).toBe(stoppedNm);
    expect(bench.calibration.status.focus).toMatchObject({ targetNm: null, fromNm: -1000, toNm: 1000 });
  });

  test('a stop that comes while a sweep is being begun is heard', async () => {
    const bench = new SweepBench(newFolder());
    const started = bench.calibration.control({ type: 'sweep-start', id: 1, settings: settings() });
    const stopped = bench.calibration.control({ type: 'sweep-stop', id: 2 });
    await expect(bench.through(started)).rejects.toThrow(/no stop since/);
    await stopped;
    await bench.rest();
    expect(bench.phase).toBe('interrupted');
    expect(bench.focusNm.every((zNm) => zNm === 0)).toBe(true);
  });
});

describe('a suggestion', () => {
  test('comes from a coarse sweep of which nothing is kept, and the focus returns', async () => {
    const folder = newFolder();
    const bench = new SweepBench(folder);
    await bench.ask({ type: 'sweep-suggest' });
    expect(bench.calibration.status.suggesting).toBe(true);
    await bench.until(() => !bench.calibration.status.suggesting);
    const { suggestion } = bench.calibration.status;
    expect(suggestion!.fromNm).toBeGreaterThanOrEqual(-1000);
    expect(suggestion!.toNm).toBeLessThanOrEqual(1000);
    expect(suggestion!.stepNm).toBeGreaterThanOrEqual(10);
    expect(bench.focusNm.at(-1)).toBe(0);
    expect(() => readdirSync(folder)).toThrow();
  });

  test('is given up at a stop, and the focus returns', async () => {
    const bench = new SweepBench(newFolder());
    await bench.ask({ type: 'sweep-suggest' });
    await bench.until(() => bench.focusNm.at(-1)! > 0);
    await bench.ask({ type: 'sweep-stop' });
    expect(bench.calibration.status).toMatchObject({ suggesting: false, suggestion: null });
    expect(bench.focusNm.at(-1)).toBe(0);
  });
});
