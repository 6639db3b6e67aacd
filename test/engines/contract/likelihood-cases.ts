import type { EngineSetup } from '#engines/engine.ts';
import type { Roi } from '#protocol/roi.ts';
import { createRandom } from '#simulation/random.ts';
import type { Plan } from '#stages/plan.ts';
import { precisePlan } from '../../stages/precision-exam.ts';
import { type CaseOfBeads, draw, LEVEL, type LitBead, ringsOf } from './likelihood-beads.ts';

/** Beads side by side that every engine fits as the reference does. */
export interface LikelihoodCase {
  name: string;
  setup: EngineSetup;
  frames: ArrayBuffer[];
}

const SIZE = 64;

/** The plan, its center taken without a threshold and not refined: off by rings where the bead is off center. */
function carelessPlan(): Plan {
  return precisePlan()
    .filter(({ stage }) => stage !== 'quadrant-interpolation')
    .map((step) =>
      step.stage === 'center-of-mass'
        ? { ...step, params: { ...step.params, background: 'none', k: 0 } }
        : step,
    );
}

/** The plan, with a lookup that takes no match for one: no height to start from. */
function heightlessPlan(): Plan {
  return precisePlan().map((step) =>
    step.stage === 'lookup-z' ? { ...step, params: { ...step.params, minScore: 1 } } : step,
  );
}

/** Beads at heights all over the model, none of them in the middle of a pixel. */
function spread(count: number, size = SIZE): LitBead[] {
  return Array.from({ length: count }, (_, bead) => ({
    size,
    offset: [1.6 * Math.sin(2.1 * bead + 0.4), 1.6 * Math.cos(1.7 * bead)],
    zNm: 60 + ((bead * 377) % 880),
  }));
}

const dirt = (light: number, column: number, row: number) =>
  Math.hypot(column - 44, row - 25) < 3 ? 0.4 * light : light;
const slope = (light: number, column: number, row: number) => light + 4 * (column - 32) - 3 * (row - 32);
const oval = (strength: number, share: number) => (light: number, column: number, row: number) =>
  share * (light + strength * Math.cos(2 * Math.atan2(row - 31.6, column - 31.7)));
const noise = () => LEVEL;
const stranger = (light: number, column: number, row: number) => {
  const r = Math.hypot(column - 31.2, row - 32.3);
  return light + 350 * Math.cos(2.2 * r) * Math.exp(-(r ** 2) / 300);
};

const CASES: readonly CaseOfBeads[] = [
  {
    name: 'bright',
    pixelFormat: 'mono16',
    photons: 10_000,
    countsPerPhoton: 1,
    beads: spread(6),
    frames: 2,
  },
  { name: 'as calibrated', pixelFormat: 'mono16', photons: 1000, countsPerPhoton: 1, beads: spread(6) },
  { name: 'dim', pixelFormat: 'mono16', photons: 150, countsPerPhoton: 1, beads: spread(6) },
  {
    name: 'off center',
    pixelFormat: 'mono16',
    photons: 1000,
    countsPerPhoton: 1,
    beads: (
      [
        [6.3, 0.2],
        [-5.7, 4.9],
        [0.4, -8.2],
        [13.4, 2.2],
      ] as const
    ).map((offset) => ({
      size: SIZE,
      offset,
      zNm: 480,
    })),
  },
  {
    name: 'at the ends of the model and beyond',
    pixelFormat: 'mono16',
    photons: 1000,
    countsPerPhoton: 1,
    beads: [2, 22, 977, 998, -150, 1150].map((zNm) => ({ size: SIZE, offset: [0.3, -0.8], zNm })),
  },
  {
    name: 'saturated, 12 bits',
    pixelFormat: 'mono12',
    photons: 3100,
    countsPerPhoton: 1,
    beads: spread(4),
  },
  {
    name: 'no height to start from',
    pixelFormat: 'mono12',
    photons: 1000,
    countsPerPhoton: 1,
    plan: heightlessPlan(),
    beads: spread(3),
  },
  {
    name: 'a wrong center to start from',
    pixelFormat: 'mono12',
    photons: 1000,
    countsPerPhoton: 1,
    plan: carelessPlan(),
    beads: [5.2, -9.3, 11.1].map((off) => ({ size: SIZE, offset: [off, -off / 2], zNm: 310 })),
  },
  {
    name: 'dirt, noise, a stranger, no Z-LUT',
    pixelFormat: 'mono16',
    photons: 1000,
    countsPerPhoton: 1,
    beads: [
      { size: SIZE, offset: [0.2, 0.1], zNm: 610, change: dirt },
      { size: SIZE, offset: [0, 0], zNm: 500, change: noise },
      { size: SIZE, offset: [-0.3, 0.8], zNm: 610, change: stranger },
      { size: SIZE, offset: [0.4, 0.4], zNm: 200, unknown: true },
      { size: SIZE, offset: [0.4, 0.4], zNm: 200, change: () => 0 },
      { size: SIZE, offset: [-1.1, 0.6], zNm: 250 },
    ],
  },
  {
    name: 'rings that are not round, less and more than those of the calibration, in less and more light',
    pixelFormat: 'mono16',
    photons: 1000,
    countsPerPhoton: 1,
    misfit: 1,
    beads: [20, 45, 60, 90].flatMap((strength) =>
      [0.5, 1, 4].map((share): LitBead => {
        return { size: SIZE, offset: [0.2, 0.1], zNm: 610, change: oval(strength, share) };
      }),
    ),
  },
  {
    name: 'robust, with and without dirt',
    pixelFormat: 'mono16',
    photons: 1000,
    countsPerPhoton: 1,
    plan: precisePlan({ robust: true }),
    beads: [...spread(2), { size: SIZE, offset: [0.2, 0.1], zNm: 610, change: dirt }],
  },
  {
    name: 'tilt, with and without a slope',
    pixelFormat: 'mono16',
    photons: 1000,
    countsPerPhoton: 1,
    plan: precisePlan({ tilt: true }),
    beads: [...spread(2), { size: SIZE, offset: [0.2, 0.1], zNm: 610, change: slope }],
  },
  {
    name: 'one step, tilted and robust',
    pixelFormat: 'mono16',
    photons: 1000,
    countsPerPhoton: 1,
    plan: precisePlan({ tilt: true, robust: true, iterations: 1 }),
    beads: [{ size: SIZE, offset: [0.2, 0.1], zNm: 610, change: slope }],
  },
  {
    name: 'noise of the camera given, 8 bits',
    pixelFormat: 'mono8',
    photons: 1000,
    countsPerPhoton: 0.12,
    blackLevel: 10,
    readNoise: 4,
    plan: precisePlan({ cameraGain: 0.12, readNoise: 4, blackLevel: 10 }),
    beads: spread(5),
  },
  {
    name: 'fractions of counts, and a pixel that is none',
    pixelFormat: 'float32',
    photons: 1000,
    countsPerPhoton: 0.73,
    plan: precisePlan({ cameraGain: 0.73 }),
    beads: [
      ...spread(2),
      {
        size: SIZE,
        offset: [0.2, 0.1],
        zNm: 610,
        change: (light, column, row) => (column === 8 && row === 50 ? Number.NaN : light),
      },
    ],
  },
  ...[48, 51, 100].map((size): CaseOfBeads => {
    return {
      name: `${size} px`,
      pixelFormat: size === 51 ? 'mono8' : 'mono16',
      photons: 1000,
      countsPerPhoton: size === 51 ? 0.15 : 1,
      plan: size === 51 ? precisePlan({ cameraGain: 0.15 }) : precisePlan(),
      beads: spread(3, size),
    };
  }),
  {
    name: 'sizes of all kinds',
    pixelFormat: 'mono16',
    photons: 1000,
    countsPerPhoton: 1,
    beads: [37, 64, 50, 41].flatMap((size) => spread(1, size)),
    frames: 3,
  },
];

/** Every case, drawn; the same pixels every time. */
export function likelihoodCases(): LikelihoodCase[] {
  return CASES.map((contract, index) => {
    const { name, pixelFormat, beads, frames = 1, plan = precisePlan(), misfit } = contract;
    let left = 0;
    const rois = beads.map(({ size }, bead): Roi => {
      const roi = { bead, left, top: bead % 3, size };
      left += size;
      return roi;
    });
    const width = left + 3;
    const height = Math.max(...rois.map(({ top, size }) => top + size));
    const known = beads.map(({ size, unknown }) => (unknown ? null : ringsOf(plan, size, misfit)));
    const used = [...new Set(known.filter((zLut) => zLut !== null))];
    const setup: EngineSetup = {
      plan,
      width,
      height,
      pixelFormat,
      rois,
      zLuts: used,
      zLutOfBead: known.map((zLut) => (zLut ? used.indexOf(zLut) : -1)),
      profiles: false,
    };
    const drawn = Array.from({ length: frames }, (_, frame) =>
      draw(contract, setup, createRandom(1000 * (index + 1) + frame)),
    );
    return { name, setup, frames: drawn };
  });
}
