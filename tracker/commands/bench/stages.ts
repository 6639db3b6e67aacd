import type { Engine } from '#engines/engine.ts';
import { openEngine } from '#engines/open-engine.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { Plan } from '#stages/plan.ts';
import { presetPlan } from '#stages/presets.ts';
import type { BenchLine, BenchOptions, Conditions } from './case.ts';
import { enginesToMeasure } from './engines.ts';
import { thisMachine } from './machine.ts';
import { createPeer, inTurn } from './peer.ts';
import { type BenchScene, benchScene, planIterations } from './scene.ts';
import { digits, median } from './statistics.ts';

const BEADS = 20;
const PLANES = 200;
const REPEATS = 9;
const FRAMES_PER_CALL = 4;
const MEASURE_MS = 40;
const WARM_UP_MS = 200;

/** A plan cut short after one of its stages. */
interface Prefix {
  stage: string;
  scene: BenchScene;
  frames: number;
}

/**
 * Cost of every stage of a plan, in this thread: what a plan takes with it, less what it takes without it. The first
 * stage stands for the work of an ROI that no stage does, too.
 */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  for (const kind of await enginesToMeasure(options.engine)) {
    const engine = await openEngine(kind);
    try {
      for (const preset of options.preset ?? (['magtrack', 'magtrack-fft'] as const)) {
        for (const pixelType of options.pixelType ?? (['mono8'] as const)) {
          for (const roi of options.roiSize ?? [64]) {
            const { beads: [beads = BEADS] = [], planes = PLANES } = options;
            const plan = presetPlan(preset);
            const iterations = planIterations(plan);
            const conditions = { engine: kind, preset, roi, pixelType, planes, beads, iterations };
            yield* measure(engine, plan, conditions, options);
          }
        }
      }
    } finally {
      await engine.close();
    }
  }
}

async function* measure(
  engine: Engine,
  plan: Plan,
  conditions: Conditions & { roi: number; planes: number },
  { frames, repeats = REPEATS, vs }: BenchOptions,
): AsyncGenerator<BenchLine> {
  const machine = thisMachine();
  const { beads, planes, roi: size, pixelType: pixelFormat } = conditions;
  const prefixes: Prefix[] = [];
  for (const [index, { stage }] of plan.entries()) {
    const scene = await benchScene({ beads, size, planes, pixelFormat }, plan.slice(0, index + 1));
    await engine.configure(scene.setup);
    let usPerFrame = Number.POSITIVE_INFINITY;
    // Long enough for the compiler to be done with it.
    for (const startMs = performance.now(); performance.now() - startMs < WARM_UP_MS; ) {
      usPerFrame = Math.min(usPerFrame, (await time(engine, scene, FRAMES_PER_CALL)) * beads);
    }
    const calls = Math.ceil((frames ?? (MEASURE_MS * 1000) / usPerFrame) / FRAMES_PER_CALL);
    prefixes.push({ stage, scene, frames: calls * FRAMES_PER_CALL });
  }
  const peer = vs === undefined ? undefined : createPeer(vs, conditions);
  const { ours, wallMs } = await inTurn(repeats, () => timeAll(engine, prefixes), peer);
  const line = (stage: string, stageFrames: number, usPerRoi: number, usPerRoiMin: number) => ({
    case: 'stages',
    ...conditions,
    stage,
    machine,
    device: engine.facts.device,
    repeats,
    usPerRoi: digits(usPerRoi),
    usPerRoiMin: digits(usPerRoiMin),
    roisPerSecond: digits(1e6 / usPerRoi),
    framesOffered: stageFrames * repeats,
    framesTracked: stageFrames * repeats,
    framesDropped: 0,
    fps: digits(1e6 / (usPerRoi * beads)),
    latencyMsP50: null,
    latencyMsP99: null,
  });
  const least = (index: number) => (index < 0 ? 0 : Math.min(...ours.map((us) => us[index]!)));
  for (const [index, { stage, frames: stageFrames }] of prefixes.entries()) {
    const differences = ours.map((us) => us[index]! - (us[index - 1] ?? 0));
    yield line(stage, stageFrames, median(differences), least(index) - least(index - 1));
  }
  const last = prefixes.length - 1;
  const whole = ours.map((us) => us[last]!);
  yield {
    ...line('all', prefixes[last]!.frames, median(whole), least(last)),
    ...(peer && { vs: peer.compare({ usPerRoi: whole, wallMs }) }),
  };
}

/** [prefix] µs per ROI, one after the other, so that a difference is of the same moment. */
async function timeAll(engine: Engine, prefixes: readonly Prefix[]): Promise<number[]> {
  const us: number[] = [];
  for (const { scene, frames } of prefixes) {
    await engine.configure(scene.setup);
    await time(engine, scene, FRAMES_PER_CALL);
    us.push(await time(engine, scene, frames));
  }
  return us;
}

/** µs per ROI of so many frames. */
async function time(engine: Engine, { setup, frame }: BenchScene, frames: number): Promise<number> {
  const { buffer } = frame.slice();
  const beads = setup.rois.length;
  let started = 0;
  const lane = async () => {
    const table = createTrackTable(FRAMES_PER_CALL, beads);
    while (started < frames) {
      started += FRAMES_PER_CALL;
      await engine.track(new Array<ArrayBufferLike>(FRAMES_PER_CALL).fill(buffer), table);
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: engine.tracksAtOnce ?? 1 }, lane));
  return (1000 * (performance.now() - startMs)) / (started * beads);
}
