import { type FilterEngine, openFilterEngine } from '#calcium-gpu/filter-engine.ts';
import { CALCIUM_WORKS, type CalciumWork } from './calcium-works.ts';
import type { BenchOptions } from './case.ts';
import { enginesToMeasure } from './engines.ts';
import { type Machine, thisMachine } from './machine.ts';
import { hasScipy, openScipy } from './scipy-peer.ts';
import { digits, median } from './statistics.ts';

const REPEATS = 5;
/** s after which the peer is not asked again: its median filter takes a third of a minute. */
const PEER_SECONDS = 5;

/** NumPy and SciPy on the same work. */
interface Compared {
  /** Of this machine in turn with ours, or as measured on another one. */
  where: 'this machine' | 'another machine, two shared cores';
  versions?: Readonly<Record<string, string>>;
  repeats?: number;
  seconds: number;
  secondsMin?: number;
  /** How many times faster ours is. */
  ratio: number;
  ratioOfBest?: number;
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
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    // The first run is the compiler's.
    await work(engine);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const startMs = performance.now();
      await work(engine);
      ours.push((performance.now() - startMs) / 1000);
      if (peer && !(theirs[0]! > PEER_SECONDS)) theirs.push(await peer.run());
    }
  } finally {
    await peer?.close();
  }
  const [seconds, secondsMin] = [median(ours), Math.min(...ours)];
  let scipy: Compared | null = null;
  if (peer) {
    scipy = {
      where: 'this machine',
      versions: peer.versions,
      repeats: theirs.length,
      seconds: digits(median(theirs)),
      secondsMin: digits(Math.min(...theirs)),
      ratio: digits(median(theirs) / seconds),
      ratioOfBest: digits(Math.min(...theirs) / secondsMin),
    };
  } else if (shape === whole) {
    const ratio = digits(statedSeconds / seconds);
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
    seconds: digits(seconds),
    secondsMin: digits(secondsMin),
    scipy,
  };
}

/** The same axes with so many frames. */
function withFrames(shape: readonly number[], frames: number): readonly number[] {
  return shape.length === 2 ? [shape[0]!, frames] : [frames, ...shape.slice(1)];
}
