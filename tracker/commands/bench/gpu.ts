import type { Reduction } from '#engines/gpu/compose.ts';
import { findAdapter, openGpu } from '#engines/gpu/device.ts';
import { createGpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { presetPlan } from '#stages/presets.ts';
import type { BenchLine, BenchOptions, Conditions } from './case.ts';
import { thisMachine } from './machine.ts';
import { createPeer, inTurn } from './peer.ts';
import { type BenchScene, benchScene, planIterations } from './scene.ts';
import { digits, median, quantile } from './statistics.ts';

const ROI_SIZES = [64, 100, 256];
const BEADS = [100, 250, 500, 1000, 2000];
const LANES = [32, 64, 128, 256];
const PLANES = 200;
const REPEATS = 3;
const FRAMES_PER_BATCH = 16;
const REPEAT_MS = 500;
const BUS_WRITES = 32;

/** Tracks of one repeat. */
interface Repeat {
  ms: number;
  frames: number;
  batchMs: number[];
}

/**
 * How lanes and reduction of the kernel suit a GPU, in this thread; with the rate at which frames go to the device
 * beside the rate at which they could if nothing were done with them.
 */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { planes = PLANES } = options;
  const reductions = options.reduction ?? (await reductionsOfAdapter());
  for (const preset of options.preset ?? (['magtrack'] as const)) {
    const plan = presetPlan(preset);
    const iterations = planIterations(plan);
    for (const pixelType of options.pixelType ?? (['mono8'] as const)) {
      for (const roi of options.roiSize ?? ROI_SIZES) {
        for (const beads of options.beads ?? BEADS) {
          const scene = await benchScene({ beads, size: roi, planes, pixelFormat: pixelType }, plan);
          const busGBPerSecond = await measureBus(scene.frame.length);
          const conditions = { engine: 'gpu', preset, roi, pixelType, planes, beads, iterations } as const;
          for (const reduction of reductions) {
            for (const lanes of options.lanes ?? LANES) {
              const line = await measure(scene, conditions, { lanes, reduction }, options);
              yield { ...line, busGBPerSecond: digits(busGBPerSecond) };
            }
          }
        }
      }
    }
  }
}

async function reductionsOfAdapter(): Promise<Reduction[]> {
  const { features } = await findAdapter();
  return features.has('subgroups') ? ['tree', 'subgroup'] : ['tree'];
}

async function measure(
  scene: BenchScene,
  conditions: Conditions,
  choice: { lanes: number; reduction: Reduction },
  { for: repeatMs = REPEAT_MS, frames = FRAMES_PER_BATCH, repeats = REPEATS, vs }: BenchOptions,
): Promise<BenchLine> {
  const machine = thisMachine();
  const { beads } = conditions;
  const engine = await createGpuEngine(choice);
  try {
    await engine.configure(scene.setup);
    const batch = new Array<ArrayBufferLike>(frames).fill(scene.frame.slice().buffer);
    const tables = Array.from({ length: engine.tracksAtOnce ?? 1 }, () => createTrackTable(frames, beads));
    await engine.track(batch, tables[0]!);
    const before = engine.deviceTime?.() ?? null;
    const repeatOnce = async (): Promise<Repeat> => {
      const batchMs: number[] = [];
      const startMs = performance.now();
      const lane = async (table: (typeof tables)[number]) => {
        do {
          const batchStartMs = performance.now();
          await engine.track(batch, table);
          batchMs.push(performance.now() - batchStartMs);
        } while (performance.now() - startMs < repeatMs);
      };
      await Promise.all(tables.map(lane));
      return { ms: performance.now() - startMs, frames: batchMs.length * frames, batchMs };
    };
    const peer = vs === undefined ? undefined : createPeer(vs, conditions);
    const { ours: results, wallMs } = await inTurn(repeats, repeatOnce, peer);
    const after = engine.deviceTime?.() ?? null;
    const usPerRoi = results.map((repeat) => (1000 * repeat.ms) / (repeat.frames * beads));
    const us = median(usPerRoi);
    const batchMs = results.flatMap((repeat) => repeat.batchMs);
    const tracked = results.reduce((sum, repeat) => sum + repeat.frames, 0);
    return {
      case: 'gpu',
      ...conditions,
      ...choice,
      machine,
      device: engine.facts.device,
      fallback: engine.facts.fallback,
      repeats,
      usPerRoi: digits(us),
      usPerRoiMin: digits(Math.min(...usPerRoi)),
      gpuUsPerRoi: before && after ? digits((after.us - before.us) / (after.rois - before.rois)) : null,
      roisPerSecond: digits(1e6 / us),
      framesOffered: tracked,
      framesTracked: tracked,
      framesDropped: 0,
      fps: digits(1e6 / (us * beads)),
      latencyMsP50: digits(median(batchMs)),
      latencyMsP99: digits(quantile(batchMs, 0.99)),
      framesPerBatch: frames,
      uploadGBPerSecond: digits(scene.frame.length / (us * beads) / 1e3),
      withoutResult: tables[0]!.zNm.filter((zNm) => !Number.isFinite(zNm)).length,
      ...(peer && { vs: peer.compare({ usPerRoi, wallMs }) }),
    };
  } finally {
    await engine.close();
  }
}

/** GB/s at which frames of so many bytes can be written to the device. */
async function measureBus(bytes: number): Promise<number> {
  const { device, close } = await openGpu();
  const size = Math.ceil(bytes / 4) * 4;
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  const frame = new Uint8Array(size).fill(1);
  const write = async (times: number) => {
    const startMs = performance.now();
    for (let time = 0; time < times; time++) device.queue.writeBuffer(buffer, 0, frame);
    device.queue.submit([]);
    await device.queue.onSubmittedWorkDone();
    return (times * size) / (performance.now() - startMs) / 1e6;
  };
  await write(1);
  const rates = [await write(BUS_WRITES), await write(BUS_WRITES), await write(BUS_WRITES)];
  buffer.destroy();
  close();
  return Math.max(...rates);
}
