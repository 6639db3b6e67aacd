import { appendFileSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '#engines/engine.ts';
import { openEngine } from '#engines/open-engine.ts';
import type { Roi } from '#protocol/roi.ts';
import { presetPlan } from '#stages/presets.ts';
import { buildSweep } from '#tracker/commands/zlut/sweep-build.ts';
import { openSweep, roisOfSweep } from '#tracker/commands/zlut/sweep-input.ts';
import { type BuiltField, buildZLuts } from '#zlut-tools/build.ts';
import { trackSweep } from '#zlut-tools/sweep-tracks.ts';
import { SweepBench, settings } from '../calibration/sweep-bench.ts';
import { simulateSweep } from '../support/simulated-sweep.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PLANES = 20;
const AT_REST = 3;
const FRAMES = PLANES * AT_REST;
/** px a frame of the sweep that the field moves in x and y. */
const DRIFT_PX = [0.2, -0.1] as const;
/** px in x that the field leaps by from this frame on, four frames before the ROIs follow. */
const LEAP_PX = 7;
const LEAP_AT = 31;
/** Frames between moves of an ROI after its bead. */
const FOLLOW_FRAMES = 5;
/** Planes after which the tracker is killed, in the middle of the next. */
const KILLED_AT = 9;
/** Of three in the field, whose drift is nobody's then: a leap stays in the paths. */
const BEADS = [0, 2];
const LIST = 'stack-rois.csv';
const plan = presetPlan('quadrant');
const folder = temporaryFolder();
const field = simulateSweep({
  ...{ beads: 3, radiiNm: [500], planeZNm: [500, 1500], framesPerPlane: 1, fps: 10, bothWays: false },
  ...{ driftNmPerS: 0, hysteresisNm: 0, photonsPerPixel: 4000, roiSize: 48, spacingPx: 120, seed: 8 },
});
const { width, height, pixelFormat } = field.shape;
/** Frames that are seen before they are counted, or after the last. */
const SEEN = FRAMES + 2 * AT_REST;
const movedPx = (frame: number) =>
  [frame * DRIFT_PX[0] + (frame < LEAP_AT ? 0 : LEAP_PX), frame * DRIFT_PX[1]] as const;
/** [frame of the sweep] what the camera sees, and where: [bead, x and y] px. */
const shots = Array.from({ length: SEEN }, (_, frame) => {
  const xyPx = new Float64Array(6);
  const pixels = field.at(600 + 50 * Math.floor(frame / AT_REST), xyPx, movedPx(frame));
  return { xyPx, pixels: pixels.subarray(0, width * height * 2) };
});
/** [move] ROIs after their beads. */
const followed: Roi[][] = Array.from({ length: Math.ceil(SEEN / FOLLOW_FRAMES) }, (_, move) => {
  const [x, y] = movedPx(move * FOLLOW_FRAMES).map(Math.round);
  return field.rois.map((roi) => ({ ...roi, left: roi.left + x!, top: roi.top + y! }));
});
const roisAt = (frame: number) => followed[Math.floor(frame / FOLLOW_FRAMES)]!;
let engine: Engine;
let path: string;
/** Of every bead that the tracker built itself: the frames in its Z-LUT. */
let used: number[];

/** A tracker whose beads drift with the frames that a sweep has taken, their ROIs after them. */
function drifting(): SweepBench {
  const bench = new SweepBench(folder, { planNow: () => plan });
  bench.camera = { camera: 'bench', ...field.shape };
  bench.rois = field.rois;
  bench.build = buildSweep;
  bench.pixelsAt = () => {
    const frame = bench.sweep ? bench.sweep.plane * AT_REST + bench.sweep.frames : 0;
    bench.rois = roisAt(frame);
    return shots[frame]!.pixels;
  };
  return bench;
}

/** One sweep that is killed once. */
beforeAll(async () => {
  const killed = drifting();
  await killed.ask({
    type: 'sweep-start',
    settings: settings({ fromNm: -400, toNm: 550, stepNm: 50, framesPerPlane: AT_REST, beads: BEADS }),
  });
  path = join(folder, killed.sweep!.sweep);
  await killed.until(() => killed.planes.length === KILLED_AT && killed.sweep!.frames === 2);
  // It had noted places of the plane that it did not end.
  appendFileSync(join(path, LIST), `${KILLED_AT * AT_REST},0,1,1,48\n28,`);
  const bench = drifting();
  await bench.until(() => bench.calibration.status.interrupted.length > 0);
  await bench.ask({ type: 'sweep-resume' });
  await bench.until(() => bench.phase === 'built');
  used = bench.sweep!.zLuts.map((zLut) => (zLut.file ? zLut.used : 0));
  engine = await openEngine('wasm');
  return () => engine.close();
});

async function build(sweepPath: string, references: number[] = []): Promise<BuiltField> {
  const sweep = await openSweep(sweepPath, {});
  const rois = await roisOfSweep(sweep, undefined, undefined);
  const { stack } = sweep.selected;
  try {
    const shape = { width: stack.width, height: stack.height, pixelFormat };
    const built = await buildZLuts(sweep.frames(rois), {
      engine,
      plan,
      rois,
      nameOf: String,
      shape,
      references,
    });
    built.close();
    return built;
  } finally {
    await stack.close();
  }
}

test('beads of a sweep are tracked where they were in the frame of the camera', async () => {
  const sweep = await openSweep(path, {});
  const rois = await roisOfSweep(sweep, undefined, undefined);
  const { stack } = sweep.selected;
  const shape = { width: stack.width, height: stack.height, pixelFormat };
  const tracks = await trackSweep(sweep.frames(rois), { engine, plan, shape, rois });
  await stack.close();
  expect(tracks.frames).toBe(FRAMES);
  for (const [index, bead] of BEADS.entries()) {
    const { xPx, yPx, leftPx, topPx } = tracks.of(index);
    for (let frame = 0; frame < FRAMES; frame++) {
      const { xyPx } = shots[frame]!;
      const { left, top } = roisAt(frame)[bead]!;
      // px: a quarter of the least move of an ROI; noise and the bias of bright rings are some hundredths.
      expect(Math.abs(xPx[frame]! - xyPx[2 * bead]!)).toBeLessThan(0.25);
      expect(Math.abs(yPx[frame]! - xyPx[2 * bead + 1]!)).toBeLessThan(0.25);
      expect([leftPx[frame], topPx[frame]]).toEqual([left, top]);
    }
  }
  tracks.close();
});

test('a leap of the field rejects no frame, and its way is that of its beads', async () => {
  const { beads } = await build(path);
  for (const { rejections } of beads) {
    expect(rejections).toMatchObject({ lost: 0, 'roi-edge': 0, jump: 0, dim: 0 });
  }
  expect(used).toEqual(beads.map((bead) => bead.used));
  const { driftPx } = await build(path, BEADS);
  // px: the middle of two beads that each lie up to 0.5 px off, at the start and at the end.
  expect(Math.abs(driftPx!.x - (FRAMES - 1) * DRIFT_PX[0] - LEAP_PX)).toBeLessThan(1);
  expect(Math.abs(driftPx!.y + (FRAMES - 1) * DRIFT_PX[1])).toBeLessThan(1);
});

test('a place is listed when an ROI moves, and not again when a sweep goes on', () => {
  const [header, ...lines] = readFileSync(join(path, LIST), 'utf8').trimEnd().split('\n');
  expect(header).toBe('page,bead,left,top,size');
  const moves = Array.from({ length: FRAMES / FOLLOW_FRAMES }, (_, move) => move * FOLLOW_FRAMES);
  expect(lines).toEqual(
    moves.flatMap((frame) =>
      BEADS.map((bead) => {
        const { left, top, size } = roisAt(frame)[bead]!;
        return [frame, bead, left, top, size].join();
      }),
    ),
  );
});

test('a sweep of old, without the list, is built as if its ROIs had not moved', async () => {
  const old = join(folder, 'old');
  cpSync(path, old, { recursive: true });
  rmSync(join(old, LIST));
  const { beads } = await build(old);
  // The frames from the leap to the move of the ROIs.
  for (const { rejections } of beads) expect(rejections.jump).toBe(4);
  const { zLuts } = await buildSweep(old);
  expect(zLuts.map((zLut) => zLut.used)).toEqual(beads.map((bead) => bead.used));
});
