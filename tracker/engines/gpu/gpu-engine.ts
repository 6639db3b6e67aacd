import { DeviceError } from '#protocol/errors.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import type { Engine } from '../engine.ts';
import { noteLastPlaces } from '../last-places.ts';
import { createGpuBuffers, writeFrame } from './buffers.ts';
import type { Reduction } from './compose.ts';
import { type GpuChoice, type OpenedGpu, openGpu } from './device.ts';
import { createGpuPipelines } from './pipelines.ts';
import { readResults } from './results.ts';
import { type BoundSetup, bindSetup, type GpuPlaces, moveBound } from './setup.ts';
import { CLOCK_BYTES, createGpuClock, createTurns } from './submissions.ts';
import { type GpuSetup, packLast } from './tables.ts';

export interface GpuEngine extends Engine {
  configure(setup: GpuSetup): Promise<void>;
}

/** How a kernel works together; by default what suits the adapter. */
export interface KernelChoice {
  /** Invocations of a workgroup, which works on one ROI; a power of 2, at most 256. */
  lanes?: number;
  reduction?: Reduction;
}

/** What comes back of a submission, until its buffer is unmapped. */
interface Mapped {
  ticks: ArrayBuffer;
  results: ArrayBuffer;
}

/** Submissions in flight: one computes, one is written, one is read. */
const SUBMISSIONS = 3;

/** A graphics card hides latency behind many lanes; a software adapter pays for every barrier of every lane. */
const LANES = { card: 64, software: 8 };

/**
 * Tracks with one fused WGSL kernel per ROI size: a workgroup works on one ROI of one frame, frames go to the
 * device as they came, and results come back while the next frames are written. Runs on any thread, with its own
 * device.
 * @throws {DeviceError} when there is no adapter, or only a software adapter and that is not allowed
 */
export async function createGpuEngine(choice: GpuChoice & KernelChoice = {}): Promise<GpuEngine> {
  const gpu = await openGpu(choice);
  const { device, facts } = gpu;
  const lanes = choice.lanes ?? (facts.fallback ? LANES.software : LANES.card);
  const reduction = choice.reduction ?? defaultReduction(gpu);
  const buffers = createGpuBuffers(device);
  const pipelines = createGpuPipelines(device, facts.device);
  const parts = { device, deviceName: facts.device, buffers, pipelines, lanes, reduction };
  const clock = createGpuClock(device, SUBMISSIONS);
  const turns = createTurns(SUBMISSIONS);
  const underWay = new Set<Promise<void>>();
  let bound: BoundSetup | undefined;
  /** Places in the kernels' tables. */
  let written: GpuPlaces | undefined;

  /** Starts work on frames; settles with its results and readings of the clock, or why there are none. */
  function submit(
    { setup, frameBytes, staging, kernels, submissions, places, last }: BoundSetup,
    turn: number,
    batch: readonly ArrayBufferLike[],
    resultBytes: number,
  ): Promise<Mapped | Error> {
    const { frames, results, readback, bindings } = submissions[turn]!;
    if (written !== places || last) {
      // Work in flight is ahead of this in the queue, and reads the places it was submitted with.
      for (const [index, { rois }] of kernels.entries()) {
        const table = places.tables[index]!;
        if (last) packLast(table, setup, last);
        device.queue.writeBuffer(rois, 0, table);
      }
      written = places;
    }
    for (const [index, frame] of batch.entries()) {
      writeFrame(device.queue, frames, index * staging.length, frame, frameBytes, staging);
    }
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(clock.passOf(turn));
    for (const [index, { pipeline, beads }] of kernels.entries()) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings[index]!);
      pass.dispatchWorkgroups(beads, batch.length);
    }
    pass.end();
    clock.encode(encoder, turn, readback);
    encoder.copyBufferToBuffer(results, 0, readback, CLOCK_BYTES, resultBytes);
    device.queue.submit([encoder.finish()]);
    return readback
      .mapAsync(GPUMapMode.READ, 0, CLOCK_BYTES + resultBytes)
      .then(() => ({
        ticks: readback.getMappedRange(0, CLOCK_BYTES),
        results: readback.getMappedRange(CLOCK_BYTES, resultBytes),
      }))
      .catch((error: Error) => error);
  }

  /** Tracks the frames of one submission into the rows from `first` on. */
  async function trackPart(
    to: BoundSetup,
    turn: number,
    batch: readonly ArrayBufferLike[],
    into: TrackTable,
    first: number,
  ): Promise<void> {
    const { reader } = to.places;
    const rows = batch.length * reader.beads.length;
    const resultBytes = rows * reader.words * 4;
    try {
      const mapped = await submit(to, turn, batch, resultBytes);
      gpu.assertHealthy();
      if (mapped instanceof Error) {
        const where = facts.device;
        throw new DeviceError({ where, expected: 'results', received: mapped.message }, mapped);
      }
      clock.add(mapped.ticks, rows);
      readResults(mapped.results, reader, into, first, batch.length);
      if (to.last) noteLastPlaces(to.last, into, first + batch.length - 1);
      to.submissions[turn]!.readback.unmap();
    } finally {
      turns.giveBack(turn);
    }
  }

  async function trackAll(
    to: BoundSetup,
    frames: readonly ArrayBufferLike[],
    into: TrackTable,
  ): Promise<void> {
    const { framesPerSubmission } = to;
    const parts: Promise<void>[] = [];
    for (let first = 0; first < frames.length; first += framesPerSubmission) {
      const turn = await turns.take();
      const batch = frames.slice(first, first + framesPerSubmission);
      parts.push(trackPart(to, turn, batch, into, first));
    }
    // The frames and the table are in use until every part has settled.
    for (const result of await Promise.allSettled(parts)) {
      if (result.status === 'rejected') throw result.reason;
    }
  }

  return {
    facts,
    tracksAtOnce: SUBMISSIONS,

    async configure(setup) {
      bound = undefined;
      await Promise.allSettled(underWay);
      gpu.assertHealthy();
      written = undefined;
      bound = await bindSetup(parts, setup, SUBMISSIONS);
      gpu.assertHealthy();
    },

    async moveRois(rois) {
      if (!bound) throw new Error('gpu engine: moveRois before configure');
      bound = moveBound(bound, rois);
    },

    async track(frames, into) {
      gpu.assertHealthy();
      if (!bound) throw new Error('gpu engine: track before configure');
      if (into.beads === 0) return;
      const call = trackAll(bound, frames, into);
      underWay.add(call);
      await call.finally(() => underWay.delete(call));
    },

    deviceTime: () => clock.time(),

    async close() {
      bound = undefined;
      // A device that is destroyed while it works, or a thread that ends then, takes the process along.
      await Promise.allSettled(underWay);
      gpu.close();
    },
  };
}

/** Software adapters have subgroups of few lanes, which gain nothing over halves. */
function defaultReduction({ device, facts }: OpenedGpu): Reduction {
  return !facts.fallback && device.features.has('subgroups') ? 'subgroup' : 'tree';
}
