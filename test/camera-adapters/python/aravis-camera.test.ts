import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { openRun, readTracks } from '#recording/read-recording.ts';
import {
  hasGige,
  skippedWithoutGige,
  startAravis,
  startBeadDevice,
  startDevice,
} from '../../support/gige-camera.ts';
import { startServe } from '../../support/live-process.ts';
import { pythonWith } from '../../support/python.ts';
import { PYTHON_ENV } from '../../support/python-camera.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const BEADS = [
  { xPx: 32, yPx: 32 },
  { xPx: 96, yPx: 160 },
];

const serve = () => startServe(folder, BEADS, { args: ['--engine', 'wasm', '--out', folder] });

describe.skipIf(!hasGige)(`a GigE Vision camera through Aravis${skippedWithoutGige}`, () => {
  test.each([
    ['Mono8', 'mono8'],
    ['Mono16', 'mono16'],
  ])(
    'brings rings in %s to x and y, every frame, also where its counter goes round',
    async (format, named) => {
      await startBeadDevice(`RINGS-${format}`);
      const tracker = await serve();
      const camera = startAravis(
        ...['--camera', `Aravis-RINGS-${format}`, '--to', tracker.url, '--region', '0,0,256,256'],
        ...['--pixel-format', format, '--fps', '100', '--frames', '400', '--pixel-size-nm', '100'],
      );
      await tracker.says(new RegExp(`camera 'Aravis-Fake-RINGS-${format}', 256 x 256 ${named}, 2 beads`));
      await camera.done;
      await expect.poll(async () => (await tracker.totals())['in-flight']).toBe(0);
      // Devices of this kind begin about 235 frames before their counter goes from 65535 to 1.
      expect(await tracker.totals()).toMatchObject({ tracked: 400, offered: 400 });
      const { folder: recording } = await tracker.stop();
      const times: number[] = [];
      for await (const batch of readTracks((await openRun(recording)).tracksPath)) {
        for (let row = 0; row < batch.rows; row++) {
          const { xPx, yPx } = BEADS[batch.bead[row]!]!;
          // px: the rings are about 32.3 and 31.6 of their fields of 64; rounding to counts leaves thousandths.
          expect(Math.abs(batch.xPx[row]! - (xPx + 0.3))).toBeLessThan(0.02);
          expect(Math.abs(batch.yPx[row]! - (yPx - 0.4))).toBeLessThan(0.02);
          if (batch.bead[row] === 0) times.push(Number(batch.timeNs[row]!));
        }
      }
      expect(times).toHaveLength(400);
      // Camera time: 10 ms apart on average and never backward, whatever the network does; the device is a program,
      // which a busy machine delays, but not to the 40 ms it has when nobody asks for a rate.
      const apartMs = (times.at(-1)! - times[0]!) / 399e6;
      expect(apartMs).toBeGreaterThan(9.5);
      expect(apartMs).toBeLessThan(25);
      for (let frame = 1; frame < 400; frame++) expect(times[frame]!).toBeGreaterThan(times[frame - 1]!);
    },
  );

  test('of a network that loses packets every frame is tracked or known to be lost', async () => {
    await startDevice('LOSSY', 5);
    const tracker = await serve();
    const camera = startAravis(
      ...[
        '--camera',
        'Aravis-LOSSY',
        '--to',
        tracker.url,
        '--region',
        '0,0,256,256',
        '--fps',
        '100',
        '--frames',
        '150',
      ],
    );
    const { stderr } = await camera.done;
    const failed = Number(/(\d+) with packets missing/.exec(stderr)![1]);
    expect(failed).toBeGreaterThan(5);
    const totals = await tracker.totals();
    expect(totals.tracked + totals['in-flight']).toBe(150);
    // Those after the last good frame have no number that anybody saw.
    expect(totals['dropped-link']).toBeGreaterThan(0);
    expect(totals['dropped-link']).toBeLessThanOrEqual(failed);
    await tracker.stop();
  });

  test('goes on when the camera was unplugged and is back', async () => {
    const unplug = await startDevice('LOOSE');
    const tracker = await serve();
    startAravis('--camera', 'Aravis-LOOSE', '--to', tracker.url, '--region', '0,0,128,256', '--fps', '100');
    const tracked = async () => (await tracker.totals()).tracked;
    await expect.poll(tracked).toBeGreaterThan(20);
    unplug();
    await tracker.says(/camera 'Aravis-Fake-LOOSE' has ended/);
    const before = await tracked();
    await startDevice('LOOSE');
    await tracker.says(/camera 'Aravis-Fake-LOOSE' is back/);
    await expect.poll(tracked).toBeGreaterThan(before + 20);
    // Nothing was taken while it was away: a counter that began anew is no gap, which would be of 65 thousand frames. A
    // busy machine may lose a packet of a frame or two.
    expect((await tracker.totals())['dropped-link']).toBeLessThan(20);
    await tracker.stop();
  });

  test('packed pixels of 10 and 12 bits come out as they went in', () => {
    const code = `
import numpy, aravis_camera as a
values = numpy.random.default_rng(1)
def lowest_first(pixels, bits):
    return numpy.packbits(((pixels[:, None] >> numpy.arange(bits)) & 1).astype(numpy.uint8).ravel(), bitorder='little')
ten, twelve = values.integers(0, 1024, 400), values.integers(0, 4096, 400)
def packed(pixels, low):
    first, second = pixels[::2], pixels[1::2]
    mask = (1 << low) - 1
    return numpy.stack([first >> low, first & mask | (second & mask) << 4, second >> low], 1).astype(numpy.uint8).ravel()
assert (a.unpack_mono10p(lowest_first(ten, 10)) == ten).all()
assert (a.unpack_mono12p(lowest_first(twelve, 12)) == twelve).all()
assert (a.unpack_mono10_packed(packed(ten, 2)) == ten).all()
assert (a.unpack_mono12_packed(packed(twelve, 4)) == twelve).all()
clock = a.HostClock()
# A camera 5 s off, whose frames take 1 to 3 ms: times stay 1 ms after the exposure, and rise.
times = [clock.time_ns(n * 10**7, n * 10**7 + 5 * 10**9 + (10**6 if n % 3 == 0 else 3 * 10**6)) for n in range(1, 100)]
assert all(abs(t - (n * 10**7 + 5 * 10**9 + 10**6)) < 5000 for n, t in list(enumerate(times, 1))[5:])
print('held')
`;
    const { stdout, stderr } = spawnSync(pythonWith('gi', 'numpy')!, ['-c', code], {
      encoding: 'utf8',
      env: PYTHON_ENV,
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('held\n');
  });
});
