import type { Engine, EngineFacts } from '#engines/engine.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { needsModel, planFits } from '#stages/plan-needs.ts';
import { type PresetName, presetPlan } from '#stages/presets.ts';
import { buildZLut, type SweepFrame } from '#zlut-tools/build.ts';
import { createPrecisionBead, type PrecisionBead } from './precision-beads.ts';
import { type PrecisionScore, scorePrecision } from './precision-score.ts';

const PLANE_STEP_NM = 50;
/** Heights the sweep goes beyond those that are measured. */
const SWEEP_MARGIN_NM = 500;

/** What is measured: every combination. */
export interface PrecisionGrid {
  presets: readonly PresetName[];
  radiiNm: readonly number[];
  zNm: readonly number[];
  /** Of a background pixel. */
  photons: readonly number[];
  /** px of the ROIs. */
  rois: readonly number[];
  /** Of each combination. */
  frames: number;
  seed: number;
  /** Heights the sweep covers at least. */
  sweepZNm: readonly [number, number];
  framesPerPlane: number;
}

/** Engines that presets are measured with: configured here, closed by the caller. */
export type PrecisionEngines = (
  preset: PresetName,
) => Pick<Engine, 'facts' | 'configure' | 'moveRois' | 'track'>;

/** One preset at one height, brightness, bead size and ROI size. */
export interface PrecisionPoint extends PrecisionScore {
  preset: PresetName;
  engine: EngineFacts['engine'];
  radiusNm: number;
  zNm: number;
  photons: number;
  roi: number;
  /** Planes of the Z-LUT. */
  planes: number;
  usPerRoi: number;
}

/**
 * Measures presets against the limit that photons and read noise set. Every preset is calibrated as a user would: it
 * builds its Z-LUT from a sweep as noisy as the frames, the bead at unknown places. All presets see the same frames.
 *
 * @throws {ZLutError} if a preset cannot be calibrated
 */
export async function* measurePrecision(
  engineOf: PrecisionEngines,
  grid: PrecisionGrid,
): AsyncGenerator<PrecisionPoint> {
  const { presets, photons: brightnesses, frames, seed } = grid;
  const sweepZNm = [
    Math.min(grid.sweepZNm[0], ...grid.zNm.map((zNm) => zNm - SWEEP_MARGIN_NM)),
    Math.max(grid.sweepZNm[1], ...grid.zNm.map((zNm) => zNm + SWEEP_MARGIN_NM)),
  ] as const;
  for (const roi of grid.rois) {
    for (const radiusNm of grid.radiiNm) {
      const bead = createPrecisionBead({ radiusNm, roi, seed, sweepZNm });
      const zLuts = await calibrate(engineOf, grid, bead, roi);
      for (const zNm of grid.zNm) {
        const images = bead.images(zNm, frames);
        const bound = bead.bound(zNm);
        for (const photons of brightnesses) {
          const exposed = bead.expose(images, zNm, photons);
          for (const preset of presets) {
            const zLut = zLuts.get(photons)!.get(preset)!;
            const engine = engineOf(preset);
            const { table, seconds } = await track(engine, preset, zLut, roi, exposed);
            const score = scorePrecision(table, images.places, bound(photons));
            yield {
              preset,
              engine: engine.facts.engine,
              radiusNm,
              zNm,
              photons,
              roi,
              planes: zLut.planes,
              usPerRoi: (seconds * 1e6) / frames,
              ...score,
            };
          }
        }
      }
    }
  }
}

/** [photons][preset] Z-LUTs of one kind of bead. */
async function calibrate(
  engineOf: PrecisionEngines,
  { presets, photons: brightnesses, framesPerPlane }: PrecisionGrid,
  bead: PrecisionBead,
  roi: number,
): Promise<Map<number, Map<PresetName, ZLut>>> {
  const zLuts = new Map<number, Map<PresetName, ZLut>>();
  for (const photons of brightnesses) {
    const sweep = bead.sweep(photons, framesPerPlane, PLANE_STEP_NM);
    const ofPreset = new Map<PresetName, ZLut>();
    for (const preset of presets) {
      const plan = presetPlan(preset);
      const { zLut } = await buildZLut(oneByOne(sweep), {
        engine: engineOf(preset),
        plan,
        shape: shapeOf(roi),
        roi: wholeRoi(roi),
        name: `simulated bead at ${photons} photons`,
        ...(needsModel(plan) && { onModelRound: () => {} }),
      });
      ofPreset.set(preset, zLut);
    }
    zLuts.set(photons, ofPreset);
  }
  return zLuts;
}

async function* oneByOne(frames: readonly SweepFrame[]): AsyncGenerator<SweepFrame> {
  yield* frames;
}

async function track(
  engine: Pick<Engine, 'configure' | 'track'>,
  preset: PresetName,
  zLut: ZLut,
  roi: number,
  frames: readonly ArrayBuffer[],
) {
  const plan = presetPlan(preset);
  await engine.configure({
    ...shapeOf(roi),
    plan,
    rois: [wholeRoi(roi)],
    zLuts: [zLut],
    zLutOfBead: [0],
    profiles: false,
  });
  const table = createTrackTable(frames.length, 1, 0, planFits(plan));
  const start = performance.now();
  await engine.track(frames, table);
  return { table, seconds: (performance.now() - start) / 1000 };
}

function shapeOf(roi: number) {
  return { width: roi, height: roi, pixelFormat: 'float32' as const };
}

function wholeRoi(roi: number) {
  return { bead: 0, left: 0, top: 0, size: roi };
}
