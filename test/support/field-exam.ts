import { openEngine } from '#engines/open-engine.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import { presetPlan } from '#stages/presets.ts';
import { type BuiltField, buildZLuts } from '#zlut-tools/build.ts';
import { type SimulatedSweepParams, simulateSweep } from './simulated-sweep.ts';

/** [frame] errors of one coordinate of a bead, and their stated standard deviations. */
export interface AxisErrors {
  nm: number[];
  sigmaNm: number[];
}

export interface ExaminedBead {
  bead: number;
  radiusNm: number;
  x: AxisErrors;
  y: AxisErrors;
  z: AxisErrors;
  chiSquared: number[];
  status: number[];
}

const NM_PER_PX = 100;

/** Sweeps a simulated field, builds its Z-LUTs with models, and tracks it at random heights with `precise`. */
export async function examineField(
  params: SimulatedSweepParams,
  heights: number,
): Promise<{ built: BuiltField; beads: ExaminedBead[] }> {
  const engine = await openEngine('wasm');
  try {
    const plan = presetPlan('precise');
    const { shape, rois, sweep, at } = simulateSweep(params);
    const built = await buildZLuts(sweep(), {
      ...{ engine, plan, shape, rois },
      nameOf: (bead) => `bead ${bead}`,
      onModelRound: () => {},
    });
    const zLuts = built.beads.map(({ bead, zLut, error }) => {
      if (zLut) return zLut;
      throw new Error(`bead ${bead}: expected a Z-LUT`, { cause: error });
    });
    const zLutOfBead = rois.map((_, index) => index);
    await engine.configure({ ...shape, plan, rois, zLuts, zLutOfBead, profiles: false });
    const axis = (): AxisErrors => ({ nm: [], sigmaNm: [] });
    const beads = rois.map(({ bead }, index): ExaminedBead => {
      const radiusNm = params.radiiNm[index % params.radiiNm.length]!;
      return { bead, radiusNm, x: axis(), y: axis(), z: axis(), chiSquared: [], status: [] };
    });
    const [low, high] = [Math.min(...params.planeZNm), Math.max(...params.planeZNm)];
    const random = createRandom(params.seed + 1);
    const xyPx = new Float64Array(2 * rois.length);
    for (let frame = 0; frame < heights; frame++) {
      // Not within 100 nm of an end, as a user would not.
      const zNm = low + 100 + (high - low - 200) * random.uniform();
      const table = createTrackTable(1, rois.length, 0, true);
      await engine.track([at(zNm, xyPx).buffer], table);
      for (const [index, { x, y, z, chiSquared, status }] of beads.entries()) {
        x.nm.push(NM_PER_PX * (table.xPx[index]! - xyPx[2 * index]!));
        y.nm.push(NM_PER_PX * (table.yPx[index]! - xyPx[2 * index + 1]!));
        z.nm.push(table.zNm[index]! - zNm);
        x.sigmaNm.push(NM_PER_PX * table.sigmaXPx[index]!);
        y.sigmaNm.push(NM_PER_PX * table.sigmaYPx[index]!);
        z.sigmaNm.push(table.sigmaZNm[index]!);
        chiSquared.push(table.chiSquared[index]!);
        status.push(table.status[index]!);
      }
    }
    return { built, beads };
  } finally {
    await engine.close();
  }
}

/** Mean, nm. */
export function biasNm({ nm }: AxisErrors): number {
  return mean(nm);
}

/** Standard deviation of the errors about the mean of each axis, over their stated standard deviations. */
export function spreadOf(axes: readonly AxisErrors[]): number {
  const ratios = axes.flatMap(({ nm, sigmaNm }) => {
    const middle = mean(nm);
    return nm.map((error, index) => (error - middle) / sigmaNm[index]!);
  });
  return Math.sqrt(mean(ratios.map((ratio) => ratio ** 2)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
