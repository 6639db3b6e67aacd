import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createRandom } from '#simulation/random.ts';
import type { Plan } from '#stages/plan.ts';
import { needsModel } from '#stages/plan-needs.ts';
import { PRESET_NAMES, type PresetName, presetPlan } from '#stages/presets.ts';
import {
  AccuracyBench,
  emptyRois,
  type MeasuredEngine,
  type SimulatedBeads,
  simulatedBeads,
} from './accuracy-bench.ts';

const NM_PER_PX = 100;
const ROI_SIZES = [64, 100, 128] as const;
const PHASES = [
  [0, 0],
  [0.25, 0.25],
  [0.5, 0.25],
  [0.5, 0.5],
] as const;
const OFFSETS_PX = [0, 2, 4, 6, 8, 10, 12, 16, 20] as const;
/** nm; farther from the truth a bead is lost, nearer it is found. */
const LOST_NM = 100;
const EMPTY_ROIS = 1000;
const BEYOND_FRAMES = 100;

/** Status bits that leave a point good: the bead is only near the edge of its ROI, or bright. */
const HARMLESS = TRACK_STATUS['roi-edge'] | TRACK_STATUS.saturated;

/** Mean and root mean square of errors, nm, of the frames in which there is a number. */
interface Spread {
  biasNm: number;
  rmsNm: number;
}

interface SizeAccuracy {
  roiPx: number;
  x: Spread;
  y: Spread;
  z: Spread;
  /** Frames without x, y or z. */
  missing: number;
  usPerRoi: number;
}

/** What one preset makes of beads whose place is known. */
export interface PresetAccuracy {
  preset: PresetName;
  engine: MeasuredEngine;
  frames: number;
  sizes: SizeAccuracy[];
  /** [phase] nm at ROI 100 px without noise. */
  zBiasByPhase: { xPhase: number; yPhase: number; biasNm: number }[];
  /** [offset] shares of the frames at ROI 64 px. */
  capture: { offsetPx: number; found: number; wrongWithoutStatus: number }[];
  /** Shares of ROIs whose number has no status though there is nothing to find. */
  failures: { emptyRoi: number; beyondZLut: number };
}

/**
 * Measures presets against the truth of the reference's simulator: beads of 1500 nm radius at 1000 photons a pixel,
 * z from 4 to 7.5 um, x and y within 100 nm of a pixel; Z-LUT of 50 nm, built by the preset itself from noise-free
 * centered beads, which makes no model: presets that need one are left to `measurePrecision`. The same seeds give the
 * same frames to every preset.
 */
export async function measureAccuracy(frames: number, engine: MeasuredEngine): Promise<PresetAccuracy[]> {
  const bench = await AccuracyBench.open(engine);
  try {
    const sets = simulateAll(frames);
    const measured: PresetAccuracy[] = [];
    for (const preset of PRESET_NAMES) {
      if (needsModel(presetPlan(preset))) continue;
      measured.push({ preset, engine, frames, ...(await measure(bench, presetPlan(preset), sets)) });
    }
    return measured;
  } finally {
    await bench.close();
  }
}

interface FrameSets {
  sizes: SimulatedBeads[];
  phases: SimulatedBeads[];
  offsets: SimulatedBeads[];
  empty: SimulatedBeads;
  beyond: SimulatedBeads;
}

function simulateAll(frames: number): FrameSets {
  const random = createRandom(2014);
  const within = (low: number, high: number) => low + (high - low) * random.uniform();
  const many = (count: number, offset: () => { xNm: number; yNm: number; zNm: number }) =>
    Array.from({ length: count }, offset);
  const anywhere = () => ({ xNm: within(-100, 100), yNm: within(-100, 100), zNm: within(4000, 7500) });
  const few = Math.max(10, Math.round(frames / 10));
  return {
    sizes: ROI_SIZES.map((size) => simulatedBeads(size, many(frames, anywhere), 1000, size)),
    phases: PHASES.map(([x, y]) => {
      const offsets = Array.from({ length: 24 }, (_, index) => 3500 + index * 173.3);
      return simulatedBeads(
        100,
        offsets.map((zNm) => ({ xNm: x * NM_PER_PX, yNm: y * NM_PER_PX, zNm })),
        Number.POSITIVE_INFINITY,
        0,
      );
    }),
    offsets: OFFSETS_PX.map((offsetPx) => {
      const at = () => ({
        ...anywhere(),
        xNm: offsetPx * NM_PER_PX + within(-50, 50),
        zNm: within(3000, 6500),
      });
      return simulatedBeads(64, many(few, at), 1000, 100 + offsetPx);
    }),
    empty: emptyRois(64, EMPTY_ROIS, 200, 7),
    beyond: simulatedBeads(
      64,
      many(BEYOND_FRAMES, () => ({
        ...anywhere(),
        zNm: random.uniform() < 0.5 ? within(1000, 2300) : within(9200, 11_000),
      })),
      1000,
      8,
    ),
  };
}

async function measure(
  bench: AccuracyBench,
  plan: Plan,
  { sizes, phases, offsets, empty, beyond }: FrameSets,
): Promise<Pick<PresetAccuracy, 'sizes' | 'zBiasByPhase' | 'capture' | 'failures'>> {
  const accuracies: SizeAccuracy[] = [];
  for (const beads of sizes) {
    const { table, seconds } = await bench.track(plan, beads);
    const missing = beads.truth.filter((_, frame) =>
      Number.isNaN(table.xPx[frame]! + table.yPx[frame]! + table.zNm[frame]!),
    ).length;
    accuracies.push({
      roiPx: beads.size,
      x: spread(beads.truth.map(({ xPx }, frame) => (table.xPx[frame]! - xPx) * NM_PER_PX)),
      y: spread(beads.truth.map(({ yPx }, frame) => (table.yPx[frame]! - yPx) * NM_PER_PX)),
      z: spread(beads.truth.map(({ zNm }, frame) => table.zNm[frame]! - zNm)),
      missing,
      usPerRoi: Math.round((seconds * 1e6) / beads.frames.length),
    });
  }
  const zBiasByPhase = [];
  for (const [index, beads] of phases.entries()) {
    const { table } = await bench.track(plan, beads);
    const [xPhase, yPhase] = PHASES[index]!;
    const { biasNm } = spread(beads.truth.map(({ zNm }, frame) => table.zNm[frame]! - zNm));
    zBiasByPhase.push({ xPhase, yPhase, biasNm });
  }
  const capture = [];
  for (const [index, beads] of offsets.entries()) {
    const { table } = await bench.track(plan, beads);
    const isNear = beads.truth.map(({ xPx, yPx }, frame) => {
      return Math.hypot(table.xPx[frame]! - xPx, table.yPx[frame]! - yPx) * NM_PER_PX < LOST_NM;
    });
    const silent = isNear.map((near, frame) => !near && !(table.status[frame]! & ~HARMLESS));
    capture.push({ offsetPx: OFFSETS_PX[index]!, found: share(isNear), wrongWithoutStatus: share(silent) });
  }
  const silentShare = async (beads: SimulatedBeads) => {
    const { table } = await bench.track(plan, beads);
    return share([...table.status].map((status) => !(status & ~HARMLESS)));
  };
  const failures = { emptyRoi: await silentShare(empty), beyondZLut: await silentShare(beyond) };
  return { sizes: accuracies, zBiasByPhase, capture, failures };
}

function spread(errors: number[]): Spread {
  const finite = errors.filter(Number.isFinite);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const round = (nm: number) => Number(nm.toFixed(3));
  return { biasNm: round(mean(finite)), rmsNm: round(Math.sqrt(mean(finite.map((error) => error ** 2)))) };
}

function share(flags: boolean[]): number {
  return Number((flags.filter(Boolean).length / flags.length).toFixed(3));
}

/** The tables of the README. */
export function accuracyTables(measured: readonly PresetAccuracy[]): string {
  const names = measured.map(({ preset }) => preset);
  const percent = (value: number) => `${Number((100 * value).toFixed(1))} %`;
  // Without the sign of a bias that rounds to none.
  const nm = (value: number) => value.toFixed(2).replace(/^-(0\.00)$/, '$1');
  const pair = ({ biasNm, rmsNm }: Spread) => `${nm(biasNm)} / ${nm(rmsNm)}`;
  const perSize = ROI_SIZES.flatMap((roiPx, index) => {
    const at = measured.map(({ sizes }) => sizes[index]!);
    return [
      [`x at ${roiPx} px`, ...at.map(({ x }) => pair(x))],
      [`y at ${roiPx} px`, ...at.map(({ y }) => pair(y))],
      [
        `z at ${roiPx} px`,
        ...at.map(({ z, missing }) => pair(z) + (missing > 0 ? ` (${missing} missing)` : '')),
      ],
    ];
  });
  const phases = PHASES.map(([x, y], index) => [
    `z bias at phase ${x}, ${y}`,
    ...measured.map(({ zBiasByPhase }) => nm(zBiasByPhase[index]!.biasNm)),
  ]);
  const capture = OFFSETS_PX.map((offsetPx, index) => [
    `${offsetPx} px off the middle`,
    ...measured.map((preset) => {
      const { found, wrongWithoutStatus } = preset.capture[index]!;
      return `${percent(found)} / ${percent(wrongWithoutStatus)}`;
    }),
  ]);
  const failures = [
    ['no bead, 200 photons', ...measured.map((preset) => percent(preset.failures.emptyRoi))],
    ['bead beyond the Z-LUT', ...measured.map((preset) => percent(preset.failures.beyondZLut))],
  ];
  return [
    table(['nm: bias / rms', ...names], perSize),
    table(['nm, 100 px, no noise', ...names], phases),
    table(['64 px: found / wrong without a status', ...names], capture),
    table(['64 px: number without a status', ...names], failures),
  ].join('\n\n');
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
