import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import { openEngine } from '#engines/open-engine.ts';
import { RecordingError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import { readZLut, writeZLut } from '#protocol/z-lut-file.ts';
import { parsePlan, planMethod } from '#stages/plan.ts';
import { needsModel } from '#stages/plan-needs.ts';
import { buildZLuts, type SweepFrame } from '#zlut-tools/build.ts';
import { checkReportHtml } from '#zlut-tools/report-html.ts';
import type { BuiltSweep } from '../../calibration/build-in-child.ts';
import { readSweepRecord, SWEEP_FILES } from '../../calibration/sweep-folder.ts';
import { type PlaneOfFrame, readSweepPlanes } from '../../calibration/sweep-planes.ts';
import { originOf } from './build-output.ts';
import { placesOfSweep } from './moving-rois.ts';

/** Where Z-LUTs are until all of them are checked. */
const UNFINISHED = 'z-luts.part';

/**
 * Builds the Z-LUTs of a sweep whose frames are all taken, each as `bead-ID.zlut` in its folder, and the report of its
 * check as `bead-ID.html`.
 * @throws {RecordingError} when its frames are not all there
 */
export async function buildSweep(path: string): Promise<BuiltSweep> {
  const { plan: steps, pixelSizeNm, state, strip } = await readSweepRecord(path);
  if (state === 'taking') {
    const expected = 'a sweep whose frames are all taken';
    throw new RecordingError({ where: path, expected, received: 'a part of one' });
  }
  const plan = parsePlan(steps);
  const planes = await readSweepPlanes(join(path, SWEEP_FILES.planes));
  const stack = await openStack(join(path, SWEEP_FILES.stack));
  const engine = await openEngine('wasm');
  try {
    const { width, height, pixelFormat, rois } = strip;
    const built = await buildZLuts(framesOf(path, stack, planes, rois), {
      ...{ engine, plan, rois },
      shape: { width, height, pixelFormat },
      nameOf: fileOf,
      rows: { folder: path },
      ...(needsModel(plan) && { onModelRound: () => {} }),
    });
    built.close();
    const origin = await originOf(join(path, SWEEP_FILES.stack), pixelSizeNm ?? undefined);
    origin.stack = { ...origin.stack, name: basename(path) };
    const made = built.beads.map(({ zLut }) => {
      return zLut && { ...zLut, origin: { ...origin, ...zLut.origin } };
    });
    const methods = rois.map(({ size }) => planMethod(plan, size));
    await writeChecked(path, made, (zLut, index) => {
      assertZLutFits(zLut, rois[index]!.bead, methods[index]!);
    });
    for (const [index, { bead, report }] of built.beads.entries()) {
      const zLut = made[index];
      if (zLut && report) await writeFile(join(path, `bead-${bead}.html`), checkReportHtml(zLut, report));
    }
    const zLuts = built.beads.map(({ bead, error, rejected, report, used }) => {
      const file = error ? null : fileOf(bead);
      return { bead, file, error: error?.message ?? null, used, rejected, quality: report?.quality ?? null };
    });
    const { offsetNm, drift } = built.motion;
    const motion = { hysteresisNm: known(offsetNm[1]?.value), driftNmPerS: known(drift?.value) };
    return { zLuts, motion: built.passes.length > 1 ? motion : null };
  } finally {
    await engine.close();
    await stack.close();
  }
}

async function* framesOf(
  path: string,
  stack: Stack,
  planes: readonly PlaneOfFrame[],
  rois: readonly Roi[],
): AsyncGenerator<SweepFrame> {
  const pixels = new Uint8Array(frameBytes(stack));
  const places = placesOfSweep(path, rois);
  try {
    for (const [frame, plane] of planes.entries()) {
      const cutFrom = await places?.at(frame);
      await stack.readFrame(frame, pixels);
      yield { ...plane, pixels, frame, cutFrom };
    }
  } finally {
    await places?.close();
  }
}

const fileOf = (bead: number) => `bead-${bead}.zlut`;

const known = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);

/** Writes the Z-LUTs aside, checks each as it is read back, and only then gives all of them their names. */
async function writeChecked(
  path: string,
  zLuts: readonly (ZLut | null)[],
  check: (zLut: ZLut, index: number) => void,
): Promise<void> {
  const aside = join(path, UNFINISHED);
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  for (const [index, zLut] of zLuts.entries()) {
    if (!zLut) continue;
    const file = join(aside, zLut.name);
    await writeZLut(file, zLut);
    check(await readZLut(file), index);
  }
  for (const zLut of zLuts) if (zLut) await rename(join(aside, zLut.name), join(path, zLut.name));
  await rm(aside, { recursive: true });
}
