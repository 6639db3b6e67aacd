import type { EngineSetup } from '#engines/engine.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { createRadialOptics, type RadialOptics } from '#simulation/radial-optics.ts';
import { createRandom, type Random } from '#simulation/random.ts';
import type { BeadPlace } from '#stages/define.ts';
import { planMethod } from '#stages/plan.ts';
import { sampledModel } from '#stages/sampled-model.ts';
import { precisePlan } from '../../stages/precision-exam.ts';

const SIZE = 64;
const PIXEL_NM = 100;
const MIDDLE = (SIZE - 1) / 2;
const [LOWEST_NM, HIGHEST_NM] = [-500, 4500];
const PLANE_STEP_NM = 50;
const REACH_PX = 52;
/** Photons of the background that the model has. */
const LEVEL = 1000;

/** Light of one kind of bead, relative to the background. */
type Rings = (radiusPx: number, zNm: number) => number;

function ringsOf(radiusNm: number): Rings {
  const optics: RadialOptics = createRadialOptics({ radiusNm, rMaxNm: 6000, zMaxNm: HIGHEST_NM + 100 });
  const profiles = new Map<number, Float64Array>();
  return (radiusPx, zNm) => {
    // Of the last heights only, since every frame has its own.
    if (!profiles.has(zNm) && profiles.size > 200) profiles.clear();
    const profile = profiles.get(zNm) ?? optics.profile(zNm);
    profiles.set(zNm, profile);
    const at = Math.min((radiusPx * PIXEL_NM) / optics.rStepNm, optics.radii - 2);
    const below = Math.floor(at);
    return profile[below]! + (at - below) * (profile[below + 1]! - profile[below]!);
  };
}

const beadOf = { large: ringsOf(1500), small: ringsOf(500) };
type Kind = keyof typeof beadOf;

/** Where a bead is in a frame, and which. */
interface Scene extends BeadPlace {
  kind: Kind;
}

/** [motion] How a bead moves from one frame to the next, in a tether that holds it about 2000 nm high. */
export const MOTIONS = {
  /** 20 nm in x and y and 40 nm in z a frame. */
  diffuses: (_frame: number, at: Scene, random: Random) => held(at, random, 2000),
  /** As that, and 1 um up or down and 200 nm aside every 8 frames. */
  steps(frame: number, at: Scene, random: Random) {
    const next = held(at, random, 1500 + 1000 * (Math.floor(frame / 8) % 2));
    const isStep = frame % 8 === 0;
    const aside = 2 * (Math.floor(frame / 16) % 2) - 1;
    const sign = Math.floor(frame / 8) % 2 === 1 ? 1 : -1;
    return isStep ? { ...next, xPx: next.xPx + 2 * aside, zNm: next.zNm + 1000 * sign } : next;
  },
  /** As the first, and up by 15 nm a frame, over and over. */
  drifts(frame: number, at: Scene, random: Random) {
    const next = held(at, random, 200 + 15 * (frame % 250));
    return frame % 250 === 0 ? { ...next, zNm: 200 } : next;
  },
  /** As the first, and every 10 frames another bead is there, at another height. */
  'is replaced'(frame: number, at: Scene, random: Random): Scene {
    if (frame % 10 !== 0) return held(at, random, at.zNm);
    const kind = Math.floor(frame / 10) % 3 === 2 ? 'small' : 'large';
    const [xPx, yPx] = [6 * random.uniform() - 3, 6 * random.uniform() - 3];
    return { kind, xPx, yPx, zNm: 500 + 3000 * random.uniform() };
  },
} as const;
export type Motion = keyof typeof MOTIONS;

/** Random steps of a bead that is drawn back to the middle of the ROI and a height. */
function held(at: Scene, random: Random, zNm: number): Scene {
  return {
    kind: at.kind,
    xPx: 0.9 * at.xPx + 0.2 * random.normal(),
    yPx: 0.9 * at.yPx + 0.2 * random.normal(),
    zNm: at.zNm + 0.1 * (zNm - at.zNm) + 40 * random.normal(),
  };
}

/** A film of beads side by side, each in an ROI of 64 px, with the Z-LUT of the large one. */
export interface MovingBeads {
  /** Starts warm, and gives no profiles. */
  setup: EngineSetup;
  frames: ArrayBuffer[];
  /** [frame][bead] px of the frame. */
  truth: Scene[][];
}

/**
 * @param motions of each bead
 * @param photons of a background pixel
 */
export function movingBeads(
  motions: readonly Motion[],
  frames: number,
  photons: number,
  seed: number,
): MovingBeads {
  const random = createRandom(seed);
  const scenes = motions.map((): Scene => ({ kind: 'large', xPx: 0, yPx: 0, zNm: 2000 }));
  const width = SIZE * motions.length;
  const truth: Scene[][] = [];
  const film = Array.from({ length: frames }, (_, frame) => {
    for (const [bead, motion] of motions.entries())
      scenes[bead] = MOTIONS[motion](frame, scenes[bead]!, random);
    const placed = scenes.map(({ xPx, yPx, ...scene }, bead) => {
      return { ...scene, xPx: bead * SIZE + MIDDLE + xPx, yPx: MIDDLE + yPx };
    });
    truth.push(placed);
    return draw(placed, photons, random);
  });
  const zLut = zLutOf('large');
  // Counts of this lamp; their noise by rounding is a twelfth.
  const model = { ...zLut.model!, cameraGain: countsPerPhoton(photons), floorVariance: 1 / 12 };
  const setup: EngineSetup = {
    ...{ width, height: SIZE, pixelFormat: 'mono16' },
    plan: precisePlan({ warmStart: true }),
    rois: motions.map((_, bead) => ({ bead, left: bead * SIZE, top: 0, size: SIZE })),
    zLuts: [{ ...zLut, model }],
    zLutOfBead: motions.map(() => 0),
    profiles: false,
  };
  return { setup, frames: film, truth };
}

/** The same without a warm start. */
export function cold(setup: EngineSetup): EngineSetup {
  return { ...setup, plan: precisePlan() };
}

/** Small where a focus is 40 times as bright, and never 1, so that none can take counts for photons. */
function countsPerPhoton(photons: number): number {
  return Math.min(2, 800 / photons);
}

function draw(scenes: readonly Scene[], photons: number, random: Random): ArrayBuffer {
  const width = SIZE * scenes.length;
  const pixels = new Uint16Array(width * SIZE);
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    const [column, row] = [pixel % width, Math.floor(pixel / width)];
    const { kind, xPx, yPx, zNm } = scenes[Math.floor(column / SIZE)]!;
    const light = photons * beadOf[kind](Math.hypot(column - xPx, row - yPx), zNm);
    pixels[pixel] = Math.round(countsPerPhoton(photons) * random.poisson(light));
  }
  return pixels.buffer;
}

const zLuts = new Map<Kind, ZLut>();

function zLutOf(kind: Kind): ZLut {
  const known = zLuts.get(kind);
  if (known) return known;
  const { radii, ...method } = planMethod(precisePlan(), SIZE)!;
  const rings = beadOf[kind];
  const planes = (HIGHEST_NM - LOWEST_NM) / PLANE_STEP_NM + 1;
  const heights = Float64Array.from({ length: planes }, (_, plane) => LOWEST_NM + PLANE_STEP_NM * plane);
  const profiles = new Float64Array(planes * radii);
  for (const [plane, zNm] of heights.entries()) {
    for (let radius = 0; radius < radii; radius++) profiles[plane * radii + radius] = rings(radius, zNm);
  }
  const counts = (radiusPx: number, zNm: number) => LEVEL * rings(radiusPx, zNm);
  const model = sampledModel(counts, {
    lowestZNm: LOWEST_NM,
    highestZNm: HIGHEST_NM,
    stepZNm: PLANE_STEP_NM,
    reachPx: REACH_PX,
    levelCounts: LEVEL,
  });
  const zLut: ZLut = {
    name: kind,
    planes,
    radii,
    planeZNm: heights,
    profiles,
    method,
    model,
  };
  zLuts.set(kind, zLut);
  return zLut;
}
