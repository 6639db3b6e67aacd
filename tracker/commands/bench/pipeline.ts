import { chooseEngine } from '#engines/choose-engine.ts';
import type { EngineHost } from '#engines/engine-host.ts';
import { filledRoom } from '#engines/self-test.ts';
import type { EngineKind } from '#engines/threads/engine-messages.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import type { BenchLine, BenchOptions, Conditions } from './case.ts';
import { enginesToMeasure } from './engines.ts';
import { thisMachine } from './machine.ts';
import { createPeer, inTurn } from './peer.ts';
import { type BenchScene, benchScene, planIterations } from './scene.ts';
import { digits, median, quantile } from './statistics.ts';

const ROI_SIZES = [64, 100, 128, 256];
const BEADS = 50;
const PLANES = 200;
const REPEATS = 5;
const FRAMES_PER_BATCH = 4;
const REPEAT_MS = 200;

/** Batches of a repeat, each timed from its first copy to its tracks. */
interface Repeat {
  ms: number;
  frames: number;
  batchMs: number[];
  /** ROIs without z. */
  without: number;
}

/** Whole pipelines on hosts as the live tracker has them: frames are copied in as a camera's are. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  for (const engine of await enginesToMeasure(options.engine)) {
    for (const threads of await threadCounts(engine, options)) {
      const { host } = await chooseEngine(engine, { threads });
      try {
        yield* measureHost(host, options);
      } finally {
        await host.close();
      }
    }
  }
}

/** One to all cores for `wasm`; the reference gains what a thread gains, and a GPU has one. */
async function threadCounts(engine: EngineKind, { threads }: BenchOptions): Promise<number[]> {
  if (engine === 'gpu') return [1];
  if (threads) return threads;
  const { cores } = thisMachine();
  return engine === 'wasm' ? Array.from({ length: cores }, (_, index) => index + 1) : [1];
}

async function* measureHost(host: EngineHost, options: BenchOptions): AsyncGenerator<BenchLine> {
  for (const preset of options.preset ?? PRESET_NAMES) {
    for (const pixelType of options.pixelType ?? (['mono8', 'mono16'] as const)) {
      for (const roi of options.roiSize ?? ROI_SIZES) {
        for (const beads of options.beads ?? [BEADS]) {
          const { planes = PLANES } = options;
          const plan = presetPlan(preset);
          const iterations = planIterations(plan);
          const conditions = { engine: host.facts.engine, preset, roi, pixelType, planes, beads, iterations };
          const scene = await benchScene({ beads, size: roi, planes, pixelFormat: pixelType }, plan);
          yield await measure(host, scene, conditions, options);
        }
      }
    }
  }
}

async function measure(
  host: EngineHost,
  scene: BenchScene,
  conditions: Conditions,
  { frames, repeats = REPEATS, vs }: BenchOptions,
): Promise<BenchLine> {
  const machine = thisMachine();
  const { beads } = conditions;
  await host.configure(scene.setup);
  // The first one compiles and makes the rooms, the second one tells how long it takes.
  await trackFrames(host, scene, FRAMES_PER_BATCH * host.batches);
  const probe = await trackFrames(host, scene, FRAMES_PER_BATCH * host.batches);
  const perRepeat = frames ?? Math.max(probe.frames, Math.round((REPEAT_MS * probe.frames) / probe.ms));
  const before = host.deviceTime();
  const peer = vs === undefined ? undefined : createPeer(vs, conditions);
  const { ours, wallMs } = await inTurn(repeats, () => trackFrames(host, scene, perRepeat), peer);
  const after = host.deviceTime();
  const usPerRoi = ours.map(({ ms, frames: done }) => (1000 * ms) / (done * beads));
  const batchMs = ours.flatMap((repeat) => repeat.batchMs);
  const tracked = ours.reduce((sum, repeat) => sum + repeat.frames, 0);
  const us = median(usPerRoi);
  return {
    case: 'pipeline',
    ...conditions,
    threads: host.threads,
    machine,
    device: host.facts.device,
    fallback: host.facts.fallback,
    repeats,
    framesPerRepeat: perRepeat,
    usPerRoi: digits(us),
    usPerRoiMin: digits(Math.min(...usPerRoi)),
    roisPerSecond: digits(1e6 / us),
    framesOffered: perRepeat * repeats,
    framesTracked: tracked,
    framesDropped: perRepeat * repeats - tracked,
    fps: digits(1e6 / (us * beads)),
    latencyMsP50: digits(median(batchMs)),
    latencyMsP99: digits(quantile(batchMs, 0.99)),
    framesPerBatch: FRAMES_PER_BATCH,
    withoutResult: ours.reduce((sum, { without }) => sum + without, 0),
    ...(before &&
      after && {
        gpuUsPerRoi: digits((after.us - before.us) / (after.rois - before.rois)),
        uploadGBPerSecond: digits(scene.frame.length / (us * beads) / 1e3),
      }),
    ...(peer && { vs: peer.compare({ usPerRoi, wallMs }) }),
  };
}

/** Tracks so many frames with as many batches under way as the host takes. */
async function trackFrames(host: EngineHost, { setup, frame }: BenchScene, frames: number): Promise<Repeat> {
  const looksUpZ = setup.plan.some(({ stage }) => stage === 'lookup-z');
  const batchMs: number[] = [];
  let started = 0;
  let done = 0;
  let without = 0;
  const lane = async () => {
    while (started < frames) {
      const batch = Math.min(FRAMES_PER_BATCH, frames - started);
      started += batch;
      const startMs = performance.now();
      const table = await host.track(Array.from({ length: batch }, () => filledRoom(host, frame)));
      batchMs.push(performance.now() - startMs);
      const column = looksUpZ ? table.zNm : table.xPx;
      for (let point = 0; point < batch * setup.rois.length; point++) {
        if (!Number.isFinite(column[point])) without++;
      }
      host.returnTable(table);
      done += batch;
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: host.batches }, lane));
  return { ms: performance.now() - startMs, frames: done, batchMs, without };
}
