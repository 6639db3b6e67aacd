import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { MAGTRACK_PLAN, type Plan, parsePlan } from '#stages/plan.ts';
import { readStack, type WholeStack } from '../support/read-stack.ts';

const REAL = fileURLToPath(new URL('../../../shared/data/real/', import.meta.url));

/** A folder of real data beside the project. */
export interface RealFolder {
  path(name: string): string;
  /** ` (skipped: why)` for the names of tests, or nothing. */
  skipped: string;
  absent: boolean;
  /** Its `expected.json`. */
  expected<T>(): T;
}

export function realFolder(name: string): RealFolder {
  const folder = join(REAL, name);
  const absent = !existsSync(folder);
  return {
    path: (file) => join(folder, file),
    absent,
    skipped: absent ? ` (skipped: ${name} does not lie beside the project)` : '',
    expected: <T>() => JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as T,
  };
}

/** A half-open square as the expectations give it: top, bottom, left, right. */
export type RoiEdges = [number, number, number, number];

export function roiOfEdges(bead: number, [top, bottom, left]: RoiEdges): Roi {
  return { bead, left, top, size: bottom - top };
}

/** MagTrack's plan with this background of the center of mass: `median` as of version 0.7.6, `none` as of 0.7.3. */
export function magtrackPlan(background: 'none' | 'median'): Plan {
  return parsePlan(
    MAGTRACK_PLAN.map((step) =>
      step.stage === 'center-of-mass' ? { ...step, params: { background } } : step,
    ),
  );
}

export interface TrackRealOptions {
  plan?: Plan;
  zLut?: ZLut;
  /** Frames to track; all when left out. */
  frames?: readonly number[];
  engine?: Engine;
}

/** Tracks of a stack, or of a picture, [frame, ROI]; the reference unless another engine is given. */
export async function trackReal(
  stack: Omit<WholeStack, 'timeNs'>,
  rois: Roi[],
  { plan = magtrackPlan('median'), zLut, frames, engine = createReferenceEngine() }: TrackRealOptions = {},
): Promise<TrackTable> {
  const { width, height, pixelFormat } = stack;
  const setup: EngineSetup = {
    plan,
    width,
    height,
    pixelFormat,
    rois,
    zLuts: zLut ? [zLut] : [],
    zLutOfBead: rois.map(() => (zLut ? 0 : -1)),
    profiles: false,
  };
  await engine.configure(setup);
  const chosen = (frames ?? [...stack.pages.keys()]).map((frame) => stack.pages[frame]!);
  const table = createTrackTable(chosen.length, rois.length);
  await engine.track(
    chosen.map(({ buffer }) => buffer as ArrayBuffer),
    table,
  );
  return table;
}

/** Frames whose z is asked for, their recorded focus, and what MagTrack makes of them, um; null is NaN. */
export interface ZTest {
  frames: number[];
  true_focus_um: number[];
  z_magtrack_n_local5: (number | null)[];
  z_magtrack_n_local7: (number | null)[];
}

/** MagTrack's plan with so many points in the parabola over the planes. */
export function zPlan(nLocal: 5 | 7): Plan {
  return magtrackPlan('median').map((step) =>
    step.stage === 'lookup-z' ? { ...step, params: { ...step.params, nLocal } } : step,
  );
}

/** A Z-LUT whose file gives the planes in um. */
export function planeZInNm(zLut: ZLut): ZLut {
  return { ...zLut, planeZNm: zLut.planeZNm.map((um) => 1000 * um) };
}

/** z as MagTrack gives it, and none where it gives none; its list has four decimals of a um. */
export function expectSameZ(zNm: Float64Array, magtrackUm: readonly (number | null)[]): void {
  expect([...zNm].map(Number.isNaN)).toEqual(magtrackUm.map((um) => um === null));
  const off = magtrackUm.flatMap((um, row) => (um === null ? [] : [Math.abs(zNm[row]! - 1000 * um)]));
  expect(Math.max(...off)).toBeLessThan(0.06);
}

export { readStack };
