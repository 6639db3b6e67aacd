import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '#engines/engine.ts';
import { openEngine } from '#engines/open-engine.ts';
import { Film } from '#movies/film.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { presetPlan } from '#stages/presets.ts';
import { layOutStrip, StripCutter } from '#tracker/calibration/strip.ts';
import { openSweep, roisOfSweep } from '#tracker/commands/zlut/sweep-input.ts';
import { type BuiltField, buildZLuts } from '#zlut-tools/build.ts';
import { trackSweep } from '#zlut-tools/sweep-tracks.ts';
import { exampleOrder } from '../movies/example-film.ts';
import { runCommand } from '../support/cli.ts';
import { FACTS, trackedBatch } from '../support/kill-child-batch.ts';
import { simulateSweep } from '../support/simulated-sweep.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PLANES = 20;
const AT_REST = 3;
const FRAMES = PLANES * AT_REST;
/** px a frame that the field moves in x and y: far out of the ROIs that the run begins with. */
const DRIFT_PX = [0.5, -0.25] as const;
/** Frames between moves of an ROI after its bead. */
const FOLLOW_FRAMES = 5;
const plan = presetPlan('quadrant');
const folder = temporaryFolder();
const frames = join(folder, 'frames');
const strips = join(folder, 'strips');
const field = simulateSweep({
  ...{ beads: 3, radiiNm: [500], planeZNm: [500, 1500], framesPerPlane: 1, fps: 10, bothWays: false },
  ...{ driftNmPerS: 0, hysteresisNm: 0, photonsPerPixel: 4000, roiSize: 48, spacingPx: 120, seed: 8 },
});
const { width, height, pixelFormat } = field.shape;
/** [frame, bead, x and y] px */
const truth: Float64Array[] = [];
const built: Record<string, BuiltField> = {};
let engine: Engine;

/** One sweep, filmed as whole frames and as ROIs that follow their beads, in parts. */
beforeAll(async () => {
  const start = field.rois.map((roi) => ({ ...roi, follow: true }));
  const camera = { ...FACTS.camera, width, height, pixelFormat, pixelSizeNm: 105 };
  const facts = { ...FACTS, camera, rois: start, zLuts: [] };
  const recorder = await createRunRecorder(join(folder, 'run'), facts, { flushMs: 1e6, syncMs: 1e6 });
  const strip = layOutStrip(start, pixelFormat);
  const cutter = new StripCutter(strip, width);
  const whole = new Film(
    exampleOrder(join(recorder.folder, 'movie'), 'tiff', { partBytes: 30 * width * height * 2 }),
  );
  const stripBytes = strip.width * strip.height * 2;
  const ofRois = new Film(
    exampleOrder(join(folder, 'movie'), 'raw', { subject: 'rois', partBytes: 25 * stripBytes }),
  );
  let rois: Roi[] = start;
  for (let frame = 0; frame < FRAMES; frame++) {
    const zNm = 600 + 50 * Math.floor(frame / AT_REST);
    const moved = [frame * DRIFT_PX[0], frame * DRIFT_PX[1]] as const;
    if (frame % FOLLOW_FRAMES === 0) {
      rois = start.map((roi) => ({
        ...{ ...roi, left: roi.left + Math.round(moved[0]), top: roi.top + Math.round(moved[1]) },
      }));
    }
    const id = 100 + frame;
    const [tracked] = trackedBatch(id, 1, 3).frames;
    const timed = [{ ...tracked!, positions: { focusZNm: zNm } }];
    recorder.tracked({ frames: timed, rois, table: createTrackTable(1, 3) });
    truth.push(new Float64Array(6));
    const pixels = field.at(zNm, truth[frame]!, moved).subarray(0, width * height * 2);
    const { timeNs, receivedNs } = tracked!;
    const page = { id, timeNs, receivedNs, lostBefore: 0 };
    await whole.append({ ...page, pixels, rois: null, layout: { shape: field.shape, strip: null } });
    const cut = new Uint8Array(stripBytes);
    cutter.cut(pixels, rois, true, cut);
    await ofRois.append({ ...page, pixels: cut, rois, layout: { shape: strip, strip } });
  }
  await whole.close(0);
  await ofRois.close(0);
  await recorder.close();
  cpSync(recorder.folder, frames, { recursive: true });
  cpSync(recorder.folder, strips, { recursive: true });
  for (const name of readdirSync(strips)) if (name.startsWith('movie')) rmSync(join(strips, name));
  for (const name of readdirSync(folder))
    if (name.startsWith('movie')) copyFileSync(join(folder, name), join(strips, name));

  engine = await openEngine('wasm');
  for (const run of [frames, strips]) built[run] = await build(run);
  return async () => {
    for (const one of Object.values(built)) one.close();
    await engine.close();
  };
});

async function build(run: string): Promise<BuiltField> {
  const sweep = await openSweep(run, {});
  const rois = await roisOfSweep(sweep, undefined, undefined);
  const { stack } = sweep.selected;
  try {
    return await buildZLuts(sweep.frames(rois), {
      ...{ engine, plan, rois, nameOf: String },
      shape: { width: stack.width, height: stack.height, pixelFormat },
    });
  } finally {
    await stack.close();
  }
}

test.each([
  ['whole frames', frames],
  ['ROIs', strips],
])('in a movie of %s, beads are tracked where they were in the frame of the camera', async (_, run) => {
  const sweep = await openSweep(run, {});
  const rois = await roisOfSweep(sweep, undefined, undefined);
  const { stack } = sweep.selected;
  const shape = { width: stack.width, height: stack.height, pixelFormat };
  const tracks = await trackSweep(sweep.frames(rois), { engine, plan, shape, rois });
  await stack.close();
  expect(tracks.frames).toBe(FRAMES);
  for (const bead of [0, 1, 2]) {
    const { xPx, yPx, leftPx, topPx } = tracks.of(bead);
    for (const [frame, xyPx] of truth.entries()) {
      // px: a quarter of the least move of an ROI; noise and the bias of bright rings are some hundredths.
      expect(Math.abs(xPx[frame]! - xyPx[2 * bead]!)).toBeLessThan(0.25);
      expect(Math.abs(yPx[frame]! - xyPx[2 * bead + 1]!)).toBeLessThan(0.25);
      const since = frame - (frame % FOLLOW_FRAMES);
      expect(leftPx[frame]).toBe(field.rois[bead]!.left + Math.round(since * DRIFT_PX[0]));
      expect(topPx[frame]).toBe(field.rois[bead]!.top + Math.round(since * DRIFT_PX[1]));
    }
  }
  tracks.close();
});

test('both movies give the same Z-LUTs, and the drift of the field', () => {
  for (const run of [frames, strips]) {
    const { beads, driftPx } = built[run]!;
    for (const { rejections, used, zLut } of beads) {
      expect(rejections).toMatchObject({ lost: 0, 'roi-edge': 0, jump: 0, dim: 0 });
      // Of three frames a plane, one in thirty may be unlike the others by its noise.
      expect(used).toBeGreaterThan(0.95 * FRAMES);
      expect(zLut!.planes).toBe(PLANES);
    }
    // px: the median of three beads that each lie up to 0.5 px off.
    expect(Math.abs(driftPx!.x - (FRAMES - 1) * DRIFT_PX[0])).toBeLessThan(1);
    expect(Math.abs(driftPx!.y + (FRAMES - 1) * DRIFT_PX[1])).toBeLessThan(1);
  }
  for (const [bead, { zLut }] of built[frames]!.beads.entries()) {
    const other = built[strips]!.beads[bead]!.zLut!;
    expect(other.planeZNm).toEqual(zLut!.planeZNm);
    // Counts: the same pixels, found at other places of a page to the last digits of float64.
    for (const [index, counts] of zLut!.profiles.entries()) {
      expect(Math.abs(counts - other.profiles[index]!)).toBeLessThan(1e-3);
    }
  }
});

test('build and check of one bead follow it, too', async () => {
  const file = join(folder, 'bead.zlut');
  const made = await runCommand(
    'zlut',
    'build',
    strips,
    '--preset',
    'quadrant',
    '--bead',
    '1',
    '--out',
    file,
  );
  expect(made.stderr).toMatch(/20 planes from 600 to 1550 nm, .* rejected \(\d outlier\)/);
  const checked = await runCommand('zlut', 'check', file, frames, '--bead', '1', '--json');
  expect(JSON.parse(checked.stdout).frames.used).toBeGreaterThan(0.95 * FRAMES);
});

test('ROIs of a run that somebody has made larger are refused from the frame on where they are', async () => {
  const resized = join(folder, 'resized');
  cpSync(frames, resized, { recursive: true });
  const record = JSON.parse(readFileSync(join(resized, 'run.json'), 'utf8'));
  record.roiChanges = [{ frame: 130, set: [{ ...field.rois[2], size: 64 }], removed: [] }];
  writeFileSync(join(resized, 'run.json'), JSON.stringify(record));
  await expect(build(resized)).rejects.toThrow(
    /resized, bead 2: expected its ROI of 48 px in all frames, received 64 px from frame 130 on; .*--frames/,
  );
  const sweep = await openSweep(resized, { frames: '30:' });
  const rois = await roisOfSweep(sweep, undefined, undefined);
  await sweep.selected.stack.close();
  expect(rois.map(({ size }) => size)).toEqual([48, 48, 64]);
});

test('a movie of ROIs without the list of their places says what to do', async () => {
  const lost = join(folder, 'lost');
  cpSync(strips, lost, { recursive: true });
  rmSync(join(lost, 'movie_2-rois.csv'));
  await expect(build(lost)).rejects.toThrow(
    /movie_2-rois.csv: expected the list of places .*no such file; copy it/,
  );
});
