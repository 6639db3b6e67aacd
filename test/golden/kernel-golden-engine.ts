import type { Engine } from '#engines/engine.ts';
import { type GpuSetup, setupRadii } from '#engines/gpu/tables.ts';
import { RoiError, ZLutError } from '#protocol/errors.ts';
import { MIN_ROI_SIZE } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { type ZLut, zLutFromMatrix } from '#protocol/z-lut.ts';
import { type Plan, planRadii } from '#stages/plan.ts';
import { middleOf } from '#stages/self-convolution.ts';
import type { GoldenAnswer, GoldenArray, GoldenCall, GoldenEngine } from './golden-engine.ts';
import { JOBS, type Job } from './kernel-jobs.ts';
import { columnsOf, lineOf, transposed } from './reference-axes.ts';

/** An engine that runs single stages, too. */
interface KernelEngine extends Engine {
  configure(setup: GpuSetup): Promise<void>;
}

/**
 * The stages as an engine's kernels, held to float32: the frames of a case lie side by side in one frame of float32
 * pixels, every one the ROI of a bead, so that a case is one call.
 */
export function kernelGoldenEngine(name: GoldenEngine['name'], engine: KernelEngine): GoldenEngine {
  async function track(setup: GpuSetup, frame: ArrayBuffer): Promise<TrackTable> {
    const { rois, profiles } = setup;
    const table = createTrackTable(1, rois.length, profiles ? setupRadii(setup, rois[0]!.size) : 0);
    await engine.configure(setup);
    await engine.track([frame], table);
    return table;
  }

  return {
    name,
    precision: 'f32',

    skips: ({ function: called }) =>
      JOBS[called] ? null : `${called} is not a stage, so it has no kernel of its own`,

    async answer(call) {
      const job = JOBS[call.function]!(call);
      if (call.inputs.profiles) return { z: lineOf((await track(...lookup(call, job.plan))).zNm) };
      const { setup, frame } = sideBySide(call, job);
      const table = await track(setup, frame);
      const beads = table.beads;
      const answer: Record<string, GoldenArray> = {};
      for (const line of job.lines) {
        const values = { x: table.xPx, y: table.yPx, z: table.zNm }[line];
        answer[line] = lineOf(
          values.map((value, bead) => (line === 'x' ? value - setup.rois[bead]!.left : value)),
        );
      }
      if (job.profiles) answer[job.profiles] = columnsOf(table.profiles, beads);
      if (job.keeps === 'samples') return { samples: samplesOf(call, table) };
      if (job.keeps === 'convolutions') return convolutionsOf(answer, table);
      // The device has a copy: what is left of the stack is all of it.
      if (call.function === 'fft_profile') answer.stack_after = call.inputs.stack!;
      return answer;
    },

    close: () => engine.close(),
  };
}

/** Lags, and where the kernel found the largest: that is where its centers are from. */
function convolutionsOf({ x, y }: GoldenAnswer, { profiles, radii, beads }: TrackTable): GoldenAnswer {
  const size = radii / 2;
  const lagOf = (center: number) => 2 * center - middleOf(size);
  const bothAxes = transposed(profiles, beads, radii);
  const [rows, columns] = [bothAxes.subarray(0, size * beads), bothAxes.subarray(size * beads)];
  return {
    col_max: lineOf(y!.data.map(lagOf)),
    row_max: lineOf(x!.data.map(lagOf)),
    col_con: { shape: [size, beads], data: columns },
    row_con: { shape: [beads, size], data: transposed(rows, size, beads) },
  };
}

function samplesOf({ params }: GoldenCall, { profiles, beads }: TrackTable): GoldenArray {
  const first = params.axis === 1 ? 0 : 3;
  const data = profiles.filter((_, index) => index % 6 >= first && index % 6 < first + 3);
  return { shape: [beads, 3], data };
}

/** All frames of a stack side by side in one of float32 pixels, with the old centers the case gives. */
function sideBySide(
  { name, inputs }: GoldenCall,
  { plan, keeps }: Job,
): { setup: GpuSetup; frame: ArrayBuffer } {
  const [rows, size, beads] = inputs.stack!.shape as [number, number, number];
  if (rows !== size) {
    throw new RoiError({
      where: name,
      expected: 'square images',
      received: `${rows} rows x ${size} columns`,
    });
  }
  const width = size * beads;
  const frame = new Float32Array(size * width);
  inputs.stack!.data.forEach((counts, index) => {
    const pixel = Math.floor(index / beads);
    frame[Math.floor(pixel / size) * width + (index % beads) * size + (pixel % size)] = counts;
  });
  const zLut = inputs.zlut ? zLutOf(name, inputs.zlut) : null;
  const fits = zLut?.radii === planRadii(plan, size);
  const x = (inputs.x ?? inputs.x_old)?.data;
  const y = (inputs.y ?? inputs.y_old)?.data;
  const setup: GpuSetup = {
    ...setupOf(plan, width, size, fits ? zLut : null),
    rois: Array.from({ length: beads }, (_, bead) => ({ bead, left: bead * size, top: 0, size })),
    zLutOfBead: new Array<number>(beads).fill(fits ? 0 : -1),
    ...(keeps ? { keeps, profiles: true } : {}),
    ...(x && y ? { seeds: Array.from(x, (xPx, bead) => ({ xPx, yPx: y[bead]! })) } : {}),
  };
  return { setup, frame: frame.buffer };
}

/** Beads with the profiles a case gives, all at one place of a frame that does not matter. */
function lookup({ name, inputs }: GoldenCall, plan: Plan): [GpuSetup, ArrayBuffer] {
  const { profiles, zlut } = inputs as Record<'profiles' | 'zlut', GoldenArray>;
  const [radii, beads] = profiles.shape as [number, number];
  const zLut = zLutOf(name, zlut);
  if (zLut.radii !== radii) {
    throw new ZLutError({ where: name, expected: `${radii} radii`, received: `${zLut.radii}` });
  }
  const turned = transposed(profiles.data, radii, beads);
  const size = MIN_ROI_SIZE;
  const setup: GpuSetup = {
    ...setupOf(plan, size, size, zLut),
    rois: Array.from({ length: beads }, (_, bead) => ({ bead, left: 0, top: 0, size })),
    zLutOfBead: new Array<number>(beads).fill(0),
    givenProfiles: Array.from({ length: beads }, (_, bead) =>
      turned.subarray(bead * radii, (bead + 1) * radii),
    ),
  };
  return [setup, new Float32Array(size * size).buffer];
}

function setupOf(
  plan: Plan,
  width: number,
  height: number,
  zLut: ZLut | null,
): Omit<GpuSetup, 'rois' | 'zLutOfBead'> {
  return {
    plan,
    width,
    height,
    pixelFormat: 'float32',
    zLuts: zLut ? [zLut] : [],
    profiles: planRadii(plan, height) > 0,
    keepsDark: true,
  };
}

function zLutOf(name: string, { shape, data }: GoldenArray): ZLut {
  return zLutFromMatrix(name, data, shape[0]!, shape[1]!);
}
