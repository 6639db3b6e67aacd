import { type FilterEngine, openFilterEngine } from '#calcium-gpu/filter-engine.ts';
import { CALCIUM_WORKS, type CalciumWork } from './calcium-works.ts';
import type { BenchOptions } from './case.ts';
import { enginesToMeasure } from './engines.ts';
import { type Machine, thisMachine } from './machine.ts';
import { hasScipy, openScipy, type TimesTaken } from './scipy-peer.ts';
import { digits, median } from './statistics.ts';

const REPEATS = 5;
/** s of a first run after which the peer is not asked again: its median filter takes a third of a minute. */
const PEER_SECONDS = 15;

/** NumPy and SciPy on the same work. */
interface Compared {
  /** Of this machine in turn with ours, or as measured on another one. */
  where: 'this machine' | 'another machine, two shared cores';
  versions?: Readonly<Record<string, string>>;
  repeats?: number;
  seconds: number;
  secondsMin?: number;
  cpuSecondsMin?: number;
  /** How many times faster ours is. */
  ratio: number;
  ratioOfBest?: number;
  /** By the least time of all threads on the CPU: what is left of a busy machine. */
  ratioOfCpu?: number;
}

/** One line of output: a work of recordings of fluorescence on one engine. */
export interface CalciumLine {
  case: 'calcium';
  work: string;
  shape: readonly number[];
  type: string;
  seed: number;
  engine: 'cpu' | 'gpu';
  /** Of a GPU. */
  device: string | null;
  fallback?: boolean;
  machine: Machine;
  repeats: number;
  /** The median of the repeats. */
  seconds: number;
  secondsMin: number;
  /** Of all threads. */
  cpuSecondsMin: number;
  scipy: Compared | null;
}

/** Offline numerics of calcium recordings in this thread and on a GPU, in turn with SciPy where that is installed. */
export async function* run(
  options: BenchOptions,
  works: readonly CalciumWork[] = CALCIUM_WORKS,
): AsyncGenerator<CalciumLine> {
  const isPeerThere = await hasScipy();
  if (!isPeerThere) console.error('python3 has no scipy here: ratios are to times of another machine');
  const kinds = (await enginesToMeasure(options.engine, ['reference'])).map((kind) =>
    kind === 'gpu' ? 'gpu' : 'cpu',
  );
  for (const kind of new Set(kinds)) {
    const engine = await openFilterEngine(kind);
    try {
      for (const work of works) {
        if (kind === 'cpu' || work.hasKernel) yield await measure(work, engine, options, isPeerThere);
      }
    } finally {
      engine.close();
    }
  }
}

async function measure(
  { name, shape: whole, type, statedSeconds, prepare }: CalciumWork,
  engine: FilterEngine,
  { frames, repeats = REPEATS, seed = 0 }: BenchOptions,
  isPeerThere: boolean,
): Promise<CalciumLine> {
  const machine = thisMachine();
  const shape = frames === undefined ? whole : withFrames(whole, frames);
  const work = prepare(shape, seed);
  const peer = isPeerThere ? await openScipy(name, shape[whole.length === 2 ? 1 : 0]!, seed) : null;
  const ours: TimesTaken[] = [];
  const theirs: TimesTaken[] = [];
  try {
    // The first run is the compiler's, and finds the room for the result.
    await work(engine);
    const first = await peer?.run();
    const isSlow = first !== undefined && first.s > PEER_SECONDS;
    if (isSlow) theirs.push(first);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
      await work(engine);
      const { user, system } = process.cpuUsage(startCpu);
      ours.push({ s: (performance.now() - startMs) / 1e3, cpuS: (user + system) / 1e6 });
      if (peer && !isSlow) theirs.push(await peer.run());
    }
  } finally {
    await peer?.close();
  }
  const times = figuresOf(ours);
  let scipy: Compared | null = null;
  if (peer) {
    const its = figuresOf(theirs);
    scipy = {
      where: 'this machine',
      versions: peer.versions,
      repeats: theirs.length,
      ...its,
      ratio: digits(its.seconds / times.seconds),
      ratioOfBest: digits(its.secondsMin / times.secondsMin),
      ratioOfCpu: digits(its.cpuSecondsMin / times.cpuSecondsMin),
    };
  } else if (shape === whole) {
    const ratio = digits(statedSeconds / times.seconds);
    scipy = { where: 'another machine, two shared cores', seconds: statedSeconds, ratio };
  }
  const { gpu } = engine;
  return {
    case: 'calcium',
    work: name,
    shape,
    type,
    seed,
    engine: gpu ? 'gpu' : 'cpu',
    device: gpu?.facts.device ?? null,
    ...(gpu?.facts.fallback && { fallback: true }),
    machine,
    repeats,
    ...times,
    scipy,
  };
}

function figuresOf(taken: readonly TimesTaken[]) {
  return {
    seconds: digits(median(taken.map(({ s }) => s))),
    secondsMin: digits(Math.min(...taken.map(({ s }) => s))),
    cpuSecondsMin: digits(Math.min(...taken.map(({ cpuS }) => cpuS))),
  };
}

/** The same axes with so many frames. */
function withFrames(shape: readonly number[], frames: number): readonly number[] {
  return shape.length === 2 ? [shape[0]!, frames] : [frames, ...shape.slice(1)];
}
