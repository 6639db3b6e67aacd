import { createReferenceEngine, trackRoi } from '#engines/reference.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { createBeadBound } from '#simulation/cramer-rao.ts';
import { createRadialOptics, type RadialOptics, renderBead } from '#simulation/radial-optics.ts';
import { createRandom, type Random } from '#simulation/random.ts';
import type { BeadState } from '#stages/define.ts';
import { parsePlan } from '#stages/plan.ts';
import { buildZLut, type SweepFrame } from '#zlut-tools/build.ts';

const SIZE = 64;
const PIXEL_NM = 100;
const READ_NOISE = 3;
/** Counts an electron: not 1, so that none can take counts for photons, and small where a focus is 40 times as bright. */
const gainFor = (photons: number) => Math.min(2.5, 1300 / photons);

const LOOKUP = { nLocal: 3, match: 'weighted-least-squares', ends: 'fit' };

/** Seeds as cheap as they may be, then the fit. */
export function precisePlan(params: Record<string, unknown> = {}) {
  return parsePlan([
    { stage: 'center-of-mass', params: { background: 'threshold' } },
    {
      stage: 'quadrant-interpolation',
      params: {
        ...{ iterations: 2, radialSteps: 1, angularDensity: 0.3, angularFactor: 2 },
        ...{ weights: 'cosine', minSymmetry: 0 },
      },
    },
    { stage: 'radial-profile', params: { bins: 'split' } },
    { stage: 'lookup-z', params: LOOKUP },
    { stage: 'maximum-likelihood', params },
  ]);
}

export interface Lamp {
  radiusNm: number;
  photons: number;
}

/** Counts of a camera that saw the light, 16 bit. */
function expose(light: Float64Array, photons: number, random: Random): Float64Array {
  return light.map((level) => {
    const electrons = random.poisson(photons * level) + READ_NOISE * random.normal();
    return Math.min(65535, Math.max(0, Math.round(gainFor(photons) * electrons)));
  });
}

export function opticsOf(radiusNm: number): RadialOptics {
  return createRadialOptics({ radiusNm, rMaxNm: 6500, zMaxNm: 9000 });
}

/** Z-LUT with its model from noisy frames of a bead at unknown centers. */
export async function calibrate(
  optics: RadialOptics,
  photons: number,
  [lowest, highest]: readonly [number, number],
  random: Random,
  framesPerPlane = 16,
  stepNm = 50,
): Promise<ZLut> {
  async function* sweep(): AsyncGenerator<SweepFrame> {
    for (let zNm = lowest; zNm <= highest; zNm += stepNm) {
      const profile = optics.profile(zNm);
      for (let frame = 0; frame < framesPerPlane; frame++) {
        const xPx = 32.13 + 2 * random.uniform() - 1;
        const yPx = 31.73 + 2 * random.uniform() - 1;
        const view = { xPx, yPx, zNm, size: SIZE, pixelSizeNm: PIXEL_NM };
        const counts = Uint16Array.from(expose(renderBead(optics, view, profile), photons, random));
        yield { pixels: new Uint8Array(counts.buffer), planeZNm: zNm };
      }
    }
  }
  const { zLut } = await buildZLut(sweep(), {
    engine: createReferenceEngine(),
    plan: precisePlan(),
    shape: { width: SIZE, height: SIZE, pixelFormat: 'mono16' },
    roi: { bead: 0, left: 0, top: 0, size: SIZE },
    name: 'exam',
    onModelRound: () => {},
  });
  return zLut;
}

export interface ExamPoint {
  /** Root mean square errors over the bound, outliers left out. */
  xy: number;
  z: number;
  /** Mean errors over the bound. */
  biasX: number;
  biasY: number;
  biasZ: number;
  /** Standard deviations of errors over the stated sigma. */
  spreadXY: number;
  spreadZ: number;
  chiSquared: number;
  /** Frames without a result, off by over 25 bounds, and those of them without a status. */
  lost: number;
  wrong: number;
  silent: number;
  flagged: number;
}

/** Tracks a bead at random places around the middle of the ROI and a height, and compares with the truth. */
export function examine(
  optics: RadialOptics,
  { radiusNm, photons }: Lamp,
  zLut: ZLut,
  zNm: number,
  frames: number,
  random: Random,
  params: Record<string, unknown> = {},
): ExamPoint {
  const plan = precisePlan(params);
  const bound = createBeadBound({
    optics: { radiusNm },
    size: SIZE,
    pixelSizeNm: PIXEL_NM,
    zNm,
    centerPx: 32,
    spreadPx: 1,
  })({
    photons,
    readNoise: READ_NOISE,
  }).free;
  const boundPx = Math.hypot(bound.xNm, bound.yNm) / Math.SQRT2 / PIXEL_NM;
  const squares = { xy: 0, z: 0, x1: 0, y1: 0, z1: 0, xySigmas: 0, zSigmas: 0, chi: 0, used: 0 };
  const point = { lost: 0, wrong: 0, silent: 0, flagged: 0 };
  for (let frame = 0; frame < frames; frame++) {
    const truth = {
      xPx: 32 + 2 * random.uniform() - 1,
      yPx: 32 + 2 * random.uniform() - 1,
      zNm: zNm + 50 * random.uniform() - 25,
    };
    const light = renderBead(optics, { ...truth, size: SIZE, pixelSizeNm: PIXEL_NM });
    const bead: BeadState = trackRoi(expose(light, photons, random), SIZE, zLut, plan);
    const [dx, dy, dz] = [bead.xPx - truth.xPx, bead.yPx - truth.yPx, bead.zNm - truth.zNm];
    const isFlagged = bead.status !== 0;
    if (isFlagged) point.flagged++;
    if (Number.isNaN(dx + dy + dz)) {
      point.lost++;
      continue;
    }
    if (Math.hypot(dx, dy) > 25 * boundPx || Math.abs(dz) > 25 * bound.zNm) {
      point.wrong++;
      if (!isFlagged) point.silent++;
      continue;
    }
    squares.xy += (dx * dx + dy * dy) / 2;
    squares.z += dz * dz;
    squares.x1 += dx;
    squares.y1 += dy;
    squares.z1 += dz;
    squares.xySigmas += ((dx / bead.sigmaXPx!) ** 2 + (dy / bead.sigmaYPx!) ** 2) / 2;
    squares.zSigmas += (dz / bead.sigmaZNm!) ** 2;
    squares.chi += bead.chiSquared!;
    squares.used++;
  }
  const n = squares.used;
  return {
    ...point,
    xy: Math.sqrt(squares.xy / n) / boundPx,
    z: Math.sqrt(squares.z / n) / bound.zNm,
    biasX: squares.x1 / n / boundPx,
    biasY: squares.y1 / n / boundPx,
    biasZ: squares.z1 / n / bound.zNm,
    spreadXY: Math.sqrt(squares.xySigmas / n),
    spreadZ: Math.sqrt(squares.zSigmas / n),
    chiSquared: squares.chi / n,
  };
}

export function describePoint({ radiusNm, photons }: Lamp, zNm: number, point: ExamPoint): string {
  const digits = (value: number) => value.toFixed(2).padStart(6);
  const { xy, z, biasX, biasY, biasZ, spreadXY, spreadZ, chiSquared, lost, wrong, silent, flagged } = point;
  return [
    `R${radiusNm} z${zNm} B${photons}:`.padEnd(22),
    `xy${digits(xy)} z${digits(z)}`,
    `bias${digits(biasX)}${digits(biasY)}${digits(biasZ)}`,
    `spread${digits(spreadXY)}${digits(spreadZ)}`,
    `chi2 ${chiSquared.toFixed(3)}`,
    `lost ${lost} wrong ${wrong} silent ${silent} flagged ${flagged}`,
  ].join(' ');
}

export { createRandom };
