import { DeviceError } from '#protocol/errors.ts';
import { layoutBytes } from '#protocol/frame-layout.ts';
import type { Roi } from '#protocol/roi.ts';
import { createLastPlaces, keptLastPlaces, type LastPlaces, warmStepOf } from '../last-places.ts';
import { type GpuBuffers, largestBuffer } from './buffers.ts';
import { composeKernel, type Reduction, ROI_WORD_COUNT } from './compose.ts';
import { popError } from './device.ts';
import type { GpuPipelines } from './pipelines.ts';
import { createResultReader, type ResultReader } from './results.ts';
import { CLOCK_BYTES, type Submission } from './submissions.ts';
import { type GpuSetup, packRois, packTables, setupKnots, type TableStarts } from './tables.ts';

/** Frames of one submission at most: beyond, a round trip costs nothing beside the work. */
const FRAMES_PER_SUBMISSION = 16;
const FRAME_BYTES_PER_SUBMISSION = 64 * 2 ** 20;
/** Systems take a graphics card that works on one submission for two seconds for hung. */
const ROI_PIXELS_PER_SUBMISSION = 2 ** 29;

/** A device that setups are bound to. */
export interface GpuParts {
  device: GPUDevice;
  deviceName: string;
  buffers: GpuBuffers;
  pipelines: GpuPipelines;
  lanes: number;
  reduction: Reduction;
}

/** The kernel for the beads whose ROIs have one size. */
interface SizeKernel {
  size: number;
  pipeline: GPUComputePipeline;
  beads: number;
  rois: GPUBuffer;
}

/** Where the beads are: what the kernels are told, and what turns their results into tracks. */
export interface GpuPlaces {
  /** One a kernel, rows `ROI_WORDS`. */
  tables: Uint32Array[];
  reader: ResultReader;
}

/** A setup on a device. */
export interface BoundSetup {
  setup: GpuSetup;
  starts: readonly TableStarts[];
  places: GpuPlaces;
  /** Where submissions that are done left the beads, which later ones start from; null where the plan does not. */
  last: LastPlaces | null;
  frameBytes: number;
  /** A frame as it goes to the device when it cannot go as it is: whole words. */
  staging: Uint8Array<ArrayBuffer>;
  framesPerSubmission: number;
  kernels: SizeKernel[];
  submissions: Submission[];
}

/**
 * Compiles and binds what a setup needs; nothing may be in flight.
 * @throws {RoiError | ZLutError} if an ROI leaves the frame or a Z-LUT belongs to another ROI size
 * @throws {DeviceError} if the setup does not fit the device
 */
export async function bindSetup(parts: GpuParts, setup: GpuSetup, submissions: number): Promise<BoundSetup> {
  const { device, buffers, pipelines } = parts;
  const { plan, pixelFormat, profiles, rois, keeps } = setup;
  const { values, starts, givenStart } = packTables(setup);
  const sizes = [...new Set(rois.map((roi) => roi.size))];
  const places = placesOf(setup, sizes, starts);
  const frameBytes = layoutBytes(setup, rois, setup.layout);
  const frameStride = Math.ceil(frameBytes / 4) * 4;
  const frameResultBytes = rois.length * places.reader.words * 4;
  const framesPerSubmission = framesAtOnce(device, rois, frameStride, frameResultBytes);
  const givenRadii = setup.givenProfiles?.[0]?.length;

  const compiled: GPUComputePipeline[] = [];
  for (const size of sizes) {
    const { lanes, reduction } = parts;
    const modelKnots = setupKnots(setup, size);
    const startsWarm = warmStepOf(setup) >= 0;
    const options = { lanes, reduction, keepsProfiles: profiles, givenRadii, keeps, modelKnots, startsWarm };
    compiled.push(await pipelines.of(composeKernel(plan, size, pixelFormat, options)));
  }

  return claim(parts, () => {
    const { STORAGE, UNIFORM, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
    const zLuts = buffers.put('Z-LUTs', values, STORAGE);
    const header = Uint32Array.of(frameStride / 4, rois.length, places.reader.words, givenStart);
    const batch = buffers.put('batch', header, UNIFORM);
    const kernels = sizes.map((size, index): SizeKernel => {
      const beads = places.tables[index]!.length / ROI_WORD_COUNT;
      assertDispatchable(device, size, beads);
      const table = buffers.take(`ROIs of ${size} px`, beads * ROI_WORD_COUNT * 4, STORAGE | COPY_DST);
      return { size, pipeline: compiled[index]!, beads, rois: table };
    });
    const resultBytes = framesPerSubmission * frameResultBytes;
    const bound = Array.from({ length: submissions }, (_, turn): Submission => {
      const frames = buffers.take(`frames ${turn}`, framesPerSubmission * frameStride, STORAGE | COPY_DST);
      const results = buffers.take(`results ${turn}`, resultBytes, STORAGE | COPY_SRC);
      const readback = buffers.take(`readback ${turn}`, CLOCK_BYTES + resultBytes, MAP_READ | COPY_DST);
      const bindings = kernels.map((kernel) => pipelines.bind([frames, kernel.rois, zLuts, results, batch]));
      return { frames, results, readback, bindings };
    });
    const staging = new Uint8Array(frameStride);
    const sizesOfFrames = { frameBytes, staging, framesPerSubmission };
    const last = createLastPlaces(setup);
    return { setup, starts, places, last, ...sizesOfFrames, kernels, submissions: bound };
  });
}

/** Makes buffers, and gives them all back when the device has no memory for them. */
async function claim<T>({ device, deviceName, buffers }: GpuParts, make: () => T): Promise<T> {
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  let made: T;
  let errors: Promise<(GPUError | null)[]>;
  try {
    made = make();
  } finally {
    errors = Promise.all([popError(device), popError(device)]);
  }
  const error = (await errors).find((told) => told !== null);
  if (!error) return made;
  buffers.clear();
  throw new DeviceError(
    {
      where: deviceName,
      expected: 'memory for the setup',
      received: error.message,
      remedy: 'choose another engine, or fewer or smaller ROIs or Z-LUTs',
    },
    error,
  );
}

/** The bound setup with its ROIs elsewhere. */
export function moveBound(bound: BoundSetup, rois: readonly Roi[]): BoundSetup {
  const setup = { ...bound.setup, rois: [...rois] };
  const sizes = bound.kernels.map(({ size }) => size);
  const last = bound.last && keptLastPlaces(bound.last, bound.setup.rois, rois);
  return { ...bound, setup, places: placesOf(setup, sizes, bound.starts), last };
}

function placesOf(setup: GpuSetup, sizes: readonly number[], starts: readonly TableStarts[]): GpuPlaces {
  const reader = createResultReader(setup);
  return { reader, tables: sizes.map((size) => packRois(setup, size, starts)) };
}

function framesAtOnce(
  device: GPUDevice,
  rois: readonly Roi[],
  frameStride: number,
  resultBytes: number,
): number {
  const largest = largestBuffer(device);
  const pixels = rois.reduce((sum, { size }) => sum + size * size, 0);
  const most = [
    FRAMES_PER_SUBMISSION,
    Math.min(FRAME_BYTES_PER_SUBMISSION, largest) / frameStride,
    (largest - CLOCK_BYTES) / resultBytes,
    ROI_PIXELS_PER_SUBMISSION / pixels,
  ];
  return Math.max(1, Math.floor(Math.min(...most)));
}

function assertDispatchable({ limits }: GPUDevice, size: number, beads: number): void {
  const most = limits.maxComputeWorkgroupsPerDimension;
  if (beads <= most) return;
  const [expected, received] = [`at most ${most} of one size`, String(beads)];
  throw new DeviceError({
    where: `ROIs of ${size} px`,
    expected,
    received,
    remedy: 'choose another engine, or fewer',
  });
}
