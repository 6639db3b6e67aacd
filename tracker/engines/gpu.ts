import { planRadii, stageNamed } from '#pipeline/plan.ts';
import { DeviceError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import { assertRoiInFrame } from '#protocol/roi.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import { SKIPPED_RADII, unitPlanes } from '#stages/pearson.ts';
import { composeKernel, NO_SEED, RESULT_WORDS, ROI_WORD_COUNT, ROI_WORDS } from './compose.ts';
import type { Engine, EngineSetup } from './engine.ts';
import { createGpuBuffers, writeFrame } from './gpu-buffers.ts';
import { type GpuChoice, openGpu } from './gpu-device.ts';
import { type ResultReader, readResults } from './gpu-results.ts';

/** A setup with what only the test kernels of single stages need. */
export interface GpuSetup extends EngineSetup {
  /** [bead] center in ROI px that a plan without center-of-mass starts from; NaN: not known. */
  seeds?: readonly { xPx: number; yPx: number }[];
}

export interface GpuEngine extends Engine {
  configure(setup: GpuSetup): Promise<void>;
}

/** Frames of one submission at most: beyond, a round trip costs nothing beside the work. */
const FRAMES_PER_SUBMISSION = 16;
const FRAME_BYTES_PER_SUBMISSION = 64 * 2 ** 20;
/** Submissions in flight: one computes while the next is written. */
const SUBMISSIONS = 2;

/** A graphics card hides latency behind many lanes; a software adapter pays for every barrier of every lane. */
const LANES = { card: 64, software: 8 };

/** Value of every radius of a plane without contrast: farther from all unit vectors than any two of them. */
const FAR = 3;

/** Buffers of one submission and, per kernel, how they are bound. */
interface Submission {
  frames: GPUBuffer;
  results: GPUBuffer;
  readback: GPUBuffer;
  bindings: GPUBindGroup[];
}

/** The kernel for the beads whose ROIs have one size. */
interface SizeKernel {
  pipeline: GPUComputePipeline;
  beads: number;
  rois: GPUBuffer;
}

interface Bound {
  reader: ResultReader;
  frameBytes: number;
  frameStride: number;
  framesPerSubmission: number;
  kernels: SizeKernel[];
  submissions: Submission[];
}

/**
 * Tracks with one fused WGSL kernel per ROI size: a workgroup works on one ROI of one frame, frames go to the
 * device whole, and results come back while the next frames are written. Runs on any thread, with its own device.
 * @param choice `lanes` is the number of invocations a workgroup has, a power of 2; by default what suits the adapter
 * @throws {DeviceError} when there is no adapter, or only a software adapter and that is not allowed
 */
export async function createGpuEngine(choice: GpuChoice & { lanes?: number } = {}): Promise<GpuEngine> {
  const gpu = await openGpu(choice);
  const { device, facts } = gpu;
  const buffers = createGpuBuffers(device);
  const pipelines = new Map<string, GPUComputePipeline>();
  const bindGroupLayout = createBindGroupLayout(device);
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] });
  const lanes = choice.lanes ?? (facts.fallback ? LANES.software : LANES.card);
  let bound: Bound | undefined;

  async function pipelineOf(code: string): Promise<GPUComputePipeline> {
    const known = pipelines.get(code);
    if (known) return known;
    const module = device.createShaderModule({ label: 'track', code });
    const pipeline = await device
      .createComputePipelineAsync({ label: 'track', layout: pipelineLayout, compute: { module } })
      .catch((cause: Error) => {
        const where = `kernel on ${facts.device}`;
        throw new DeviceError({ where, expected: 'a pipeline', received: cause.message }, cause);
      });
    pipelines.set(code, pipeline);
    return pipeline;
  }

  async function bind(setup: GpuSetup): Promise<Bound> {
    const { plan, pixelFormat, profiles, rois } = setup;
    const reader = createReader(setup);
    const bytes = frameBytes(setup);
    const frameStride = Math.ceil(bytes / 4) * 4;
    const framesPerSubmission = Math.max(
      1,
      Math.min(FRAMES_PER_SUBMISSION, Math.floor(FRAME_BYTES_PER_SUBMISSION / frameStride)),
    );
    const zLuts = packZLuts(setup.zLuts);
    const zLutBuffer = buffers.put('Z-LUTs', zLuts.values, GPUBufferUsage.STORAGE);
    const batch = Uint32Array.of(setup.width, frameStride / 4, rois.length, reader.words);
    const batchBuffer = buffers.put('batch', batch, GPUBufferUsage.UNIFORM);

    const kernels: SizeKernel[] = [];
    for (const size of new Set(rois.map((roi) => roi.size))) {
      const table = roiTable(setup, size, zLuts.starts);
      kernels.push({
        pipeline: await pipelineOf(
          composeKernel(plan, size, pixelFormat, { lanes, keepsProfiles: profiles }),
        ),
        beads: table.length / ROI_WORD_COUNT,
        rois: buffers.put(`ROIs of ${size} px`, table, GPUBufferUsage.STORAGE),
      });
    }

    const resultBytes = framesPerSubmission * rois.length * reader.words * 4;
    const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
    const submissions = Array.from({ length: SUBMISSIONS }, (_, index): Submission => {
      const frames = buffers.take(`frames ${index}`, framesPerSubmission * frameStride, STORAGE | COPY_DST);
      const results = buffers.take(`results ${index}`, resultBytes, STORAGE | COPY_SRC);
      const readback = buffers.take(`readback ${index}`, resultBytes, MAP_READ | COPY_DST);
      const bindings = kernels.map((kernel) =>
        device.createBindGroup({
          layout: bindGroupLayout,
          entries: [frames, kernel.rois, zLutBuffer, results, batchBuffer].map((buffer, binding) => ({
            binding,
            resource: { buffer },
          })),
        }),
      );
      return { frames, results, readback, bindings };
    });
    return { reader, frameBytes: bytes, frameStride, framesPerSubmission, kernels, submissions };
  }

  /** Starts work on frames; resolves when its results can be read, with an error if they never will be. */
  function submit(
    { frameBytes, frameStride, kernels, reader }: Bound,
    { frames, results, readback, bindings }: Submission,
    batch: readonly ArrayBuffer[],
  ): Promise<Error | null> {
    for (const [index, frame] of batch.entries()) {
      writeFrame(device.queue, frames, index * frameStride, frame, frameBytes);
    }
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [index, { pipeline, beads }] of kernels.entries()) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings[index]!);
      pass.dispatchWorkgroups(beads, batch.length);
    }
    pass.end();
    const bytes = batch.length * reader.beads.length * reader.words * 4;
    encoder.copyBufferToBuffer(results, 0, readback, 0, bytes);
    device.queue.submit([encoder.finish()]);
    return readback.mapAsync(GPUMapMode.READ, 0, bytes).then(
      () => null,
      (error: Error) => error,
    );
  }

  return {
    facts,

    async configure(setup) {
      gpu.assertHealthy();
      bound = undefined;
      bound = await bind(setup);
      gpu.assertHealthy();
    },

    async track(frames, into) {
      if (!bound) throw new Error('gpu engine: track before configure');
      gpu.assertHealthy();
      if (into.beads === 0) return;
      const { submissions, framesPerSubmission } = bound;
      const inFlight: (() => Promise<void>)[] = [];
      for (let first = 0, turn = 0; first < frames.length; first += framesPerSubmission, turn++) {
        if (inFlight.length === SUBMISSIONS) await inFlight.shift()!();
        const submission = submissions[turn % SUBMISSIONS]!;
        const batch = frames.slice(first, first + framesPerSubmission);
        const mapped = submit(bound, submission, batch);
        const { reader } = bound;
        inFlight.push(() => collect(mapped, submission, reader, into, first, batch.length));
      }
      for (const finish of inFlight) await finish();
    },

    async close() {
      bound = undefined;
      gpu.close();
    },
  };

  async function collect(
    mapped: Promise<Error | null>,
    { readback }: Submission,
    reader: ResultReader,
    into: TrackTable,
    firstFrame: number,
    frames: number,
  ): Promise<void> {
    const error = await mapped;
    if (!error) {
      const bytes = frames * reader.beads.length * reader.words * 4;
      readResults(readback.getMappedRange(0, bytes), reader, into, firstFrame, frames);
      readback.unmap();
    }
    gpu.assertHealthy();
    if (error) {
      const where = facts.device;
      throw new DeviceError({ where, expected: 'results', received: error.message }, error);
    }
  }
}

function createBindGroupLayout(device: GPUDevice): GPUBindGroupLayout {
  const types: GPUBufferBindingType[] = [
    'read-only-storage',
    'read-only-storage',
    'read-only-storage',
    'storage',
    'uniform',
  ];
  return device.createBindGroupLayout({
    entries: types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
}

/** @throws {RoiError | ZLutError} if an ROI leaves the frame or a Z-LUT belongs to another ROI size */
function createReader(setup: EngineSetup): ResultReader {
  const { plan, width, height, pixelFormat, rois, zLuts, zLutOfBead, profiles } = setup;
  const beads = rois.map((roi, index) => {
    assertRoiInFrame(roi, { width, height });
    const radii = planRadii(plan, roi.size);
    const zLut = zLuts[zLutOfBead[index] ?? -1] ?? null;
    if (zLut) assertZLutFits(zLut, roi.bead, roi.size, radii);
    return { roi, zLut, radii };
  });
  const radii = profiles ? Math.max(0, ...beads.map((bead) => bead.radii)) : 0;
  const looksUpZ = plan.some(({ stage }) => stageNamed(stage).writes.includes('zNm'));
  return { beads, words: RESULT_WORDS.profile + radii, pixelFormat, looksUpZ };
}

/** [Z-LUT, radius, plane] unit deviations, so that neighboring lanes read neighboring planes. */
function packZLuts(zLuts: readonly ZLut[]): { values: Float32Array; starts: number[] } {
  const starts: number[] = [];
  let length = 0;
  for (const { planes, radii } of zLuts) {
    starts.push(length);
    length += planes * (radii - SKIPPED_RADII);
  }
  const values = new Float32Array(length);
  for (const [index, zLut] of zLuts.entries()) {
    const width = zLut.radii - SKIPPED_RADII;
    const units = unitPlanes(zLut);
    for (let plane = 0; plane < zLut.planes; plane++) {
      for (let radius = 0; radius < width; radius++) {
        const value = units[plane * width + radius]!;
        values[starts[index]! + radius * zLut.planes + plane] = Number.isNaN(value) ? FAR : value;
      }
    }
  }
  return { values, starts };
}

/** Rows `ROI_WORDS` of the beads with ROIs of this size. */
function roiTable(setup: GpuSetup, size: number, zLutStarts: number[]): Uint32Array {
  const { rois, width, zLuts, zLutOfBead, seeds } = setup;
  const words: number[] = [];
  for (const [bead, roi] of rois.entries()) {
    if (roi.size !== size) continue;
    const zLut = zLutOfBead[bead] ?? -1;
    const row = new Uint32Array(ROI_WORD_COUNT);
    row[ROI_WORDS.start] = roi.top * width + roi.left;
    row[ROI_WORDS.bead] = bead;
    row[ROI_WORDS.zLutStart] = zLutStarts[zLut] ?? 0;
    row[ROI_WORDS.planes] = zLuts[zLut]?.planes ?? 0;
    const { xPx, yPx } = seeds?.[bead] ?? { xPx: Number.NaN, yPx: Number.NaN };
    const offsets = new Float32Array(row.buffer);
    row[ROI_WORDS.seedXWhole] = Number.isNaN(xPx) ? NO_SEED : Math.round(xPx);
    row[ROI_WORDS.seedYWhole] = Number.isNaN(yPx) ? NO_SEED : Math.round(yPx);
    offsets[ROI_WORDS.seedXOffset] = xPx - Math.round(xPx);
    offsets[ROI_WORDS.seedYOffset] = yPx - Math.round(yPx);
    words.push(...row);
  }
  return Uint32Array.from(words);
}
