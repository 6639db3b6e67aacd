import type { EngineSetup } from '#engines/engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { PIXEL_FORMATS, type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { type Plan, planMethod, planRadii, stageNamed } from '#stages/plan.ts';
import { needsModel } from '#stages/plan-needs.ts';
import { sampledModel } from '#stages/sampled-model.ts';
import {
  beadRow,
  emptyTable,
  type RingBead,
  ringFrame,
  ringLight,
  setupOf,
  shapeOf,
} from '../../support/ring-beads.ts';
import type { ContractCase } from './cases.ts';
import { MISPLACED, type Spoiling, spoil } from './spoil.ts';

/** What an engine is asked to do, in turn. */
export interface Batch {
  /** Whether the engine is configured anew before it; else it is told where the ROIs are. */
  configures: boolean;
  setup: EngineSetup;
  /** Whole frames; what is sent of them is the setup's layout. */
  frames: ArrayBuffer[];
}

/** Planes of the two kinds of Z-LUT; beads take them in turn, and every third has none. */
const Z_LUT_PLANES = [30, 47];
const PLANES_APART_NM = 100;

/** The batches of a row of the contract; the same pixels every time. */
export async function batchesOf(contract: ContractCase, seed: number): Promise<Batch[]> {
  const { plan, pixelFormat, thenPlan } = contract;
  const beads = contract.atBorders ? beadGrid(contract.sizes, seed) : rowOf(contract.sizes, seed);
  for (const [index, bead] of beads.entries()) misplace(bead, contract.spoilings?.[index]);
  const shape =
    beads.length === 0 ? { width: 33, height: 20, pixelFormat } : { ...shapeOf(beads, pixelFormat) };
  if (contract.atBorders) shape.width = Math.max(...beads.map(({ roi }) => roi.left + roi.size));
  else shape.height += 3;
  const frames = Array.from({ length: contract.frames ?? 1 }, (_, frame) => {
    const bytes = ringFrame(shape, beads, { seed: 100 * seed + frame });
    const pixels = viewPixels(bytes, pixelFormat);
    const level = Math.min(PIXEL_FORMATS[pixelFormat].saturation, 30);
    const brightest = pixelFormat === 'float32' ? level : PIXEL_FORMATS[pixelFormat].saturation;
    for (const [index, { roi }] of beads.entries()) {
      const spoiling = contract.spoilings?.[index];
      if (spoiling) spoil(pixels, shape.width, roi, spoiling, brightest);
    }
    return bytes;
  });
  const setup = { ...setupOf(beads, shape, plan, []), ...(contract.layout && { layout: contract.layout }) };
  const first = await withZLuts(setup);
  const batches: Batch[] = [{ configures: true, setup: first, frames }];
  if (contract.moves) {
    const moved = first.rois.map((roi) => ({ ...roi, left: roi.left - (roi.bead % 2), top: roi.top + 2 }));
    batches.push({ configures: false, setup: { ...first, rois: moved }, frames });
  }
  if (thenPlan) {
    const next: ContractCase = { name: '', plan: thenPlan, pixelFormat: 'mono8', sizes: [24, 31, 24] };
    batches.push(...(await batchesOf(next, seed + 1)));
  }
  return batches;
}

/** Beads side by side, as far off center as the search of a small ROI reaches. */
function rowOf(sizes: readonly number[], seed: number): RingBead[] {
  return beadRow(sizes, { seed, offCenterPx: Math.min(1.5, ...sizes.map((size) => size / 20)) });
}

function misplace(bead: RingBead, spoiling: Spoiling | undefined): void {
  if (!spoiling || !(spoiling in MISPLACED)) return;
  const place: { column?: number; plane?: number } = MISPLACED[spoiling as keyof typeof MISPLACED];
  if (place.column !== undefined) bead.xPx = place.column * bead.roi.size;
  if (place.plane !== undefined) bead.plane = place.plane;
}

/** Nine ROIs that fill a frame, which begins and ends with them. */
function beadGrid(sizes: readonly number[], seed: number): RingBead[] {
  return rowOf(sizes, seed).map((bead, index) => {
    const { size } = bead.roi;
    const roi: Roi = { ...bead.roi, left: (index % 3) * size, top: Math.floor(index / 3) * size };
    return { ...bead, roi };
  });
}

async function withZLuts(setup: EngineSetup): Promise<EngineSetup> {
  if (!setup.plan.some(({ stage }) => stage === 'lookup-z')) return setup;
  const zLuts: ZLut[] = [];
  const zLutOfBead: number[] = [];
  for (const { bead, size } of setup.rois) {
    const planes = Z_LUT_PLANES[bead % 3];
    const zLut = planes === undefined ? null : await zLutOf(setup.plan, size, planes);
    if (zLut && !zLuts.includes(zLut)) zLuts.push(zLut);
    zLutOfBead.push(zLut ? zLuts.indexOf(zLut) : -1);
  }
  return { ...setup, zLuts, zLutOfBead };
}

const made = new Map<string, ZLut>();

/** Profiles that the plan makes of a bead at so many planes; the shorter ones are numbered upwards, unevenly. */
async function zLutOf(plan: Plan, size: number, planes: number): Promise<ZLut> {
  const key = JSON.stringify([plan, size, planes]);
  const known = made.get(key);
  if (known) return known;
  const profilesOnly = plan.filter(({ stage }) => stage !== 'lookup-z' && !stageNamed(stage).needsModel);
  const beads = beadRow([size], { seed: size + planes, offCenterPx: 0.4 });
  const shape = shapeOf(beads, 'mono12' satisfies PixelFormat);
  const frames = Array.from({ length: planes }, (_, plane) =>
    ringFrame(shape, [{ ...beads[0]!, plane: (plane * 40) / planes }], { seed: plane, noise: 0.001 }),
  );
  const engine = createReferenceEngine();
  const setup = setupOf(beads, shape, profilesOnly, []);
  const table = emptyTable(setup, planes);
  await engine.configure(setup);
  await engine.track(frames, table);
  const down = planes === Z_LUT_PLANES[1];
  const zLut: ZLut = {
    name: `${planes} planes of ${size} px`,
    planes,
    radii: planRadii(plan, size),
    planeZNm: Float64Array.from({ length: planes }, (_, plane) => heightOf(plane, down)),
    profiles: table.profiles.slice(),
    method: planMethod(plan, size)!,
    ...(needsModel(plan) && { model: modelOf(size, planes, down) }),
  };
  made.set(key, zLut);
  return zLut;
}

function heightOf(plane: number, down: boolean): number {
  return down ? -PLANES_APART_NM * plane : PLANES_APART_NM * plane + plane ** 2;
}

/** The rings of 12 bits that the planes are made of, at their heights. */
function modelOf(size: number, planes: number, down: boolean): ZLutModel {
  const ends = [heightOf(0, down), heightOf(planes - 1, down)];
  const planeOf = (zNm: number) =>
    down ? -zNm / PLANES_APART_NM : Math.sqrt(PLANES_APART_NM ** 2 / 4 + zNm) - PLANES_APART_NM / 2;
  const counts = (radiusPx: number, zNm: number) =>
    4095 * ringLight(radiusPx, (planeOf(zNm) * 40) / planes, size);
  const model = sampledModel(counts, {
    lowestZNm: Math.min(...ends),
    highestZNm: Math.max(...ends),
    stepZNm: PLANES_APART_NM,
    reachPx: 0.8 * size,
    levelCounts: 1850,
  });
  // Noise of 0.01 of the range, as `ringFrame` has it.
  return { ...model, cameraGain: 0.1, floorVariance: 40.95 ** 2 - 185 };
}
