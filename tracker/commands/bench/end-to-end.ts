import { FRAME_FATES } from '#protocol/frame-fate.ts';
import { presetPlan } from '#stages/presets.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { type LiveBenchOptions, type LiveBenchResult, liveZLut, runLive } from './live-bench.ts';
import { type Machine, thisMachine } from './machine.ts';
import { createPeer, inTurn } from './peer.ts';
import { planIterations } from './scene.ts';
import { digits, median } from './statistics.ts';

const REPEATS = 3;
const FOR_MS = 10_000;
const PLANES = 200;

/** Experiments to measure where none is asked for: a usual one, many beads, and a fast camera. */
const EXPERIMENTS = [
  { beads: 100, fps: 200, roiStreaming: false },
  { beads: 250, fps: 0, roiStreaming: false },
  { beads: 50, fps: 0, roiStreaming: true },
];

/** A camera in another process, the tracker in this one with its recording: what is kept, lost and how late it is. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  for (const asked of experiments(options)) {
    const { repeats = REPEATS, vs } = options;
    const machine = thisMachine();
    const zLut = await liveZLut(asked);
    const experiment = { ...asked, planes: zLut.planes };
    const peer = vs === undefined ? undefined : createPeer(vs, { ...conditionsOf(experiment), engine: null });
    const { ours, wallMs } = await inTurn(repeats, () => runLive(experiment, zLut), peer);
    const fps = ours.map(({ framesTracked, seconds }) => framesTracked / seconds);
    const usPerRoi = fps.map((rate) => 1e6 / (rate * experiment.beads));
    yield {
      ...liveLine('end-to-end', experiment, ours, machine),
      ...(peer && { vs: peer.compare({ usPerRoi, fps, wallMs }) }),
    };
  }
}

/** Every combination of what was asked for. */
function* experiments(options: BenchOptions): Generator<LiveBenchOptions> {
  const { beads, fps, roiStreaming = false } = options;
  const asked = (beads ?? [100]).flatMap((count) =>
    (fps ?? [200]).map((rate) => ({ beads: count, fps: rate, roiStreaming })),
  );
  const isAsked = beads !== undefined || fps !== undefined || options.roiStreaming !== undefined;
  for (const experiment of isAsked ? asked : EXPERIMENTS) {
    for (const roiSize of options.roiSize ?? [64]) {
      for (const pixelType of options.pixelType ?? (['mono8'] as const)) {
        yield { ...liveDefaults(options), ...experiment, roiSize, pixelType };
      }
    }
  }
}

/** A run as it is unless something else is asked for. */
export function liveDefaults(options: BenchOptions): LiveBenchOptions {
  return {
    engine: options.engine?.[0] ?? 'auto',
    preset: options.preset?.[0] ?? 'magtrack',
    planes: options.planes ?? PLANES,
    threads: options.threads?.[0] ?? 0,
    width: options.width ?? 1280,
    height: options.height ?? 1024,
    roiStreaming: options.roiStreaming ?? false,
    record: options.record ?? true,
    forMs: options.for ?? FOR_MS,
    beads: options.beads?.[0] ?? 100,
    roiSize: options.roiSize?.[0] ?? 64,
    pixelType: options.pixelType?.[0] ?? 'mono8',
    fps: options.fps?.[0] ?? 100,
  };
}

function conditionsOf({ preset, roiSize: roi, pixelType, planes, beads }: LiveBenchOptions) {
  return { preset, roi, pixelType, planes, beads, iterations: planIterations(presetPlan(preset)) };
}

/** Counts of all runs, medians of their rates. */
export function liveLine(
  name: string,
  experiment: LiveBenchOptions,
  runs: readonly LiveBenchResult[],
  machine: Machine,
): BenchLine {
  const { width, height, fps: fpsOffered, roiStreaming, record, forMs, beads } = experiment;
  const fps = median(runs.map(({ framesTracked, seconds }) => framesTracked / seconds));
  const sum = (fate: keyof LiveBenchResult['totals']) =>
    runs.reduce((count, { totals }) => count + totals[fate], 0);
  const fates = Object.keys(FRAME_FATES).map((fate) => [fate, sum(fate as keyof typeof FRAME_FATES)]);
  const lost = Object.fromEntries(fates.filter(([fate, count]) => fate !== 'tracked' && count !== 0));
  const late = (step: keyof LiveBenchResult['latency'], percentile: 'p50Ms' | 'p99Ms' | 'maxMs') =>
    digits(median(runs.map(({ latency }) => latency[step]?.[percentile] ?? Number.NaN)));
  const { engine, device, threads } = runs[0]!;
  const cameraCpu = runs.flatMap((run) => run.cameraCpu ?? []);
  return {
    case: name,
    ...conditionsOf(experiment),
    engine,
    threads,
    machine,
    device,
    repeats: runs.length,
    width,
    height,
    roiStreaming,
    record,
    fpsOffered: fpsOffered === 0 ? null : fpsOffered,
    seconds: digits(forMs / 1000),
    usPerRoi: digits(1e6 / (fps * beads)),
    roisPerSecond: digits(fps * beads),
    framesOffered: sum('offered'),
    framesTracked: sum('tracked'),
    framesDropped: sum('offered') - sum('tracked'),
    fates: lost,
    fps: digits(fps),
    latencyMsP50: late('camera-to-tracked', 'p50Ms'),
    latencyMsP99: late('camera-to-tracked', 'p99Ms'),
    latencyMsMax: late('camera-to-tracked', 'maxMs'),
    trackerMsP50: late('received-to-tracked', 'p50Ms'),
    trackerMsP99: late('received-to-tracked', 'p99Ms'),
    trackerCpuCores: digits(median(runs.map(({ trackerCpu }) => trackerCpu))),
    cameraCpuCores: cameraCpu.length > 0 ? digits(median(cameraCpu)) : null,
  };
}
