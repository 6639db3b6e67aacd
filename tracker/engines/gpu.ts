import { DeviceError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { composeKernel, ROI_WORD_COUNT } from './compose.ts';
import type { Engine } from './engine.ts';
import { createGpuBuffers, writeFrame } from './gpu-buffers.ts';
import { type GpuChoice, openGpu } from './gpu-device.ts';
import { createResultReader, type ResultReader, readResults } from './gpu-results.ts';
import { type GpuSetup, packRois, packTables } from './gpu-tables.ts';

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

/** Buffers of one submission and, per kernel, how they are bound. */
interface Submission {
  frames: GPUBuffer;
  results: GPUBuffer;
  readback: GPUBuffer;
  bindings: GPUBindGroup[];
}

/** The kernel for the beads whose ROIs have one size. */
interface SizeKernel {
  size: number;
  pipeline: GPUComputePipeline;
  beads: number;
  rois: GPUBuffer;
}

interface Bound {
  setup: GpuSetup;
  zLutStarts: number[];
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
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: 'track', code });
    // While the pipeline of createComputePipelineAsync is made, Dawn keeps another core busy with waiting for it.
    const pipeline = device.createComputePipeline({
      label: 'track',
      layout: pipelineLayout,
      compute: { module },
    });
    const error = await device.popErrorScope();
    if (error) {
      const where = `kernel on ${facts.device}`;
      throw new DeviceError({ where, expected: 'a pipeline', received: error.message }, error);
    }
    pipelines.set(code, pipeline);
    return pipeline;
  }

  async function bind(setup: GpuSetup): Promise<Bound> {
    const { plan, pixelFormat, profiles, rois, keeps } = setup;
    const reader = createResultReader(setup);
    const givenRadii = setup.givenProfiles?.[0]?.length;
    const bytes = frameBytes(setup);
    const frameStride = Math.ceil(bytes / 4) * 4;
    const framesPerSubmission = Math.max(
      1,
      Math.min(FRAMES_PER_SUBMISSION, Math.floor(FRAME_BYTES_PER_SUBMISSION / frameStride)),
    );
    const zLuts = packTables(setup);
    const zLutBuffer = buffers.put('Z-LUTs', zLuts.values, GPUBufferUsage.STORAGE);
    const batch = Uint32Array.of(setup.width, frameStride / 4, rois.length, reader.words, zLuts.givenStart);
    const batchBuffer = buffers.put('batch', batch, GPUBufferUsage.UNIFORM);

    const kernels: SizeKernel[] = [];
    for (const size of new Set(rois.map((roi) => roi.size))) {
      const table = packRois(setup, size, zLuts.starts);
      kernels.push({
        size,
        pipeline: await pipelineOf(
          composeKernel(plan, size, pixelFormat, { lanes, keepsProfiles: profiles, givenRadii, keeps }),
        ),
        beads: table.length / ROI_WORD_COUNT,
        rois: putRois(size, table),
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
    const zLutStarts = zLuts.starts;
    const sizes = { frameBytes: bytes, frameStride, framesPerSubmission };
    return { setup, zLutStarts, reader, ...sizes, kernels, submissions };
  }

  function putRois(size: number, table: Uint32Array): GPUBuffer {
    return buffers.put(`ROIs of ${size} px`, table, GPUBufferUsage.STORAGE);
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

    async moveRois(rois) {
      gpu.assertHealthy();
      if (!bound) throw new Error('gpu engine: moveRois before configure');
      const setup = { ...bound.setup, rois: [...rois] };
      bound = { ...bound, setup, reader: createResultReader(setup) };
      for (const { size } of bound.kernels) putRois(size, packRois(setup, size, bound.zLutStarts));
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
