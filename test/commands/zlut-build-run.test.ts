import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { Film } from '#movies/film.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { createRandom } from '#simulation/random.ts';
import { layOutStrip } from '#tracker/calibration/strip.ts';
import { exampleOrder } from '../movies/example-film.ts';
import { runCommand } from '../support/cli.ts';
import { FACTS, trackedBatch } from '../support/kill-child-batch.ts';
import { simulateSweep } from '../support/simulated-sweep.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const PLANES = 20;
const AT_REST = 4;
const MOVING = 1;
const JITTER_NM = 8;
const field = simulateSweep({
  ...{ beads: 2, radiiNm: [500], planeZNm: [500, 1500], framesPerPlane: 1, fps: 10, bothWays: false },
  ...{ driftNmPerS: 0, hysteresisNm: 0, photonsPerPixel: 4000, roiSize: 48, seed: 8 },
});
/** [plane] nm, mean of the positions of its frames. */
const planeZNm: number[] = [];
let run: string;

/** A run with a movie in parts and the focus of every frame: at rest it trembles, and between planes it moves. */
beforeAll(async () => {
  const random = createRandom(4);
  const { width, height, pixelFormat } = field.shape;
  const facts = {
    camera: { ...FACTS.camera, width, height, pixelFormat, pixelSizeNm: 105 },
    rois: field.rois,
    zLuts: [],
  };
  const recorder = await createRunRecorder(at('run'), { ...FACTS, ...facts }, { flushMs: 1e6, syncMs: 1e6 });
  run = recorder.folder;
  const layout = { shape: field.shape, strip: null };
  // Pages of 16 bits: three parts.
  const partBytes = 40 * width * height * 2;
  const film = new Film(exampleOrder(join(run, 'movie'), 'tiff', { partBytes }));
  let id = 100;
  for (let plane = 0; plane < PLANES; plane++) {
    let sum = 0;
    for (let frame = 0; frame < AT_REST + MOVING; frame++, id++) {
      const isAtRest = frame < AT_REST;
      const zNm = 600 + 50 * plane + (isAtRest ? JITTER_NM * (random.uniform() - 0.5) * 2 : 25);
      if (isAtRest) sum += zNm;
      const [tracked] = trackedBatch(id, 1, 2).frames;
      const frames = [{ ...tracked!, positions: { focusZNm: zNm } }];
      recorder.tracked({ frames, rois: field.rois, table: createTrackTable(1, 2) });
      const { timeNs, receivedNs } = tracked!;
      const pixels = field.at(zNm).subarray(0, width * height * 2);
      await film.append({ id, timeNs, receivedNs, pixels, layout, rois: null, lostBefore: 0 });
    }
    planeZNm.push(sum / AT_REST);
  }
  await film.close(0);
  await recorder.close();
});

const build = (...args: string[]) => runCommand('zlut', 'build', run, '--preset', 'quadrant', ...args);

test('a run with a movie says everything: planes are where the focus rested, each frame at a height of its own', async () => {
  expect(readdirSync(run).filter((name) => name.endsWith('.tif'))).toHaveLength(3);
  const own = await build('--out', at('own/'), '--same-plane', '17');
  expect(own.stderr).toMatch(/bead 0: 20 planes from 602 to 1548.2 nm, .* 80 frames used/);
  expect(own.code).toBe(0);
  // The same planes by a list, with the moves as planes of their own, as it must say something of every frame.
  const lines = planeZNm.flatMap((zNm, plane) => [
    ...Array.from({ length: AT_REST }, () => `${zNm}\n`),
    `${625 + 50 * plane}\n`,
  ]);
  writeFileSync(at('planes.csv'), `zNm\n${lines.join('')}`);
  expect((await build('--z', at('planes.csv'), '--out', at('listed/'))).code).toBe(0);
  for (const bead of [0, 1]) {
    const zLut = await readZLut(at(`own/bead-${bead}.zlut`));
    const listed = await readZLut(at(`listed/bead-${bead}.zlut`));
    // nm: rounding of a running mean.
    for (const [plane, zNm] of zLut.planeZNm.entries()) expect(zNm).toBeCloseTo(planeZNm[plane]!, 6);
    expect(zLut.origin).toMatchObject({ bead, pixelSizeNm: 105 });
    const { radii } = zLut;
    expect(zLut.profiles.subarray(0, radii)).toEqual(listed.profiles.subarray(0, radii));
    // By the heights of the planes, the tremble of the focus, 4.6 nm rms, counts as noise of the lookup.
    expect(zLut.origin!.quality!.noiseNm).toBeLessThan(1.5);
    expect(listed.origin!.quality!.noiseNm).toBeGreaterThan(3);
  }
});

test('check looks up the frames of a run by their heights, too', async () => {
  const lut = at('own/bead-0.zlut');
  const checked = await runCommand('zlut', 'check', lut, run, '--bead', '0', '--json', '--same-plane', '17');
  expect(JSON.parse(checked.stdout).frames).toMatchObject({ used: 80, rejected: 0 });
});

test('a movie of ROIs gives the same Z-LUTs as one of whole frames', async () => {
  const filmed = join(folder, 'rois');
  cpSync(run, filmed, { recursive: true });
  const stack = await openStack(join(run, 'movie.tif'));
  const stacks = [
    stack,
    await openStack(join(run, 'movie_2.tif')),
    await openStack(join(run, 'movie_3.tif')),
  ];
  for (const name of readdirSync(filmed)) if (name.startsWith('movie')) rmSync(join(filmed, name));
  const strip = layOutStrip(field.rois, field.shape.pixelFormat);
  const layout = { shape: strip, strip };
  const film = new Film(exampleOrder(join(filmed, 'movie'), 'raw', { subject: 'rois' }));
  const whole = new Uint8Array(stack.width * stack.height * 2);
  let id = 100;
  for (const part of stacks) {
    for (let page = 0; page < part.frames; page++, id++) {
      await part.readFrame(page, whole);
      const pixels = new Uint8Array(strip.width * strip.height * 2);
      const [from, into] = [new Uint16Array(whole.buffer), new Uint16Array(pixels.buffer)];
      for (const [bead, { left, top, size }] of field.rois.entries()) {
        const place = strip.rois[bead]!;
        for (let row = 0; row < size; row++) {
          const start = (top + row) * stack.width + left;
          into.set(from.subarray(start, start + size), (place.top + row) * strip.width + place.left);
        }
      }
      const times = { timeNs: BigInt(id) * 10_000_000n, receivedNs: BigInt(id) * 10_000_000n };
      await film.append({ id, ...times, pixels, layout, rois: field.rois, lostBefore: 0 });
    }
    await part.close();
  }
  await film.close(0);
  const args = ['zlut', 'build', filmed, '--preset', 'quadrant', '--same-plane', '17', '--out', at('strip/')];
  expect((await runCommand(...args)).code).toBe(0);
  for (const bead of [0, 1]) {
    const [own, ofRois] = [
      await readZLut(at(`own/bead-${bead}.zlut`)),
      await readZLut(at(`strip/bead-${bead}.zlut`)),
    ];
    expect(ofRois.planeZNm).toEqual(own.planeZNm);
    // Counts: the same pixels, found at other places of the frame to the last digits of float64.
    const worst = own.profiles.reduce(
      (most, counts, at) => Math.max(most, Math.abs(counts - ofRois.profiles[at]!)),
      0,
    );
    expect(worst).toBeLessThan(1e-3);
  }
});

test('a run with a movie but without positions of the focus says what to do', async () => {
  const still = join(folder, 'still');
  cpSync(run, still, { recursive: true });
  const other = await createRunRecorder(at('other'), FACTS, { flushMs: 1e6, syncMs: 1e6 });
  other.tracked(trackedBatch(100, 100, 2));
  await other.close();
  cpSync(join(other.folder, 'frames.arrows'), join(still, 'frames.arrows'));
  const { code, stderr } = await runCommand('zlut', 'build', still, '--out', at('x/'));
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /E_CONFIG .*frames.arrows: expected where the focus was.*no position of any; .*--z-start/,
  );
});
