import { calculateDfof } from '#calcium/delta-f.ts';
import { maskTraces, type SparseMask, toSparseMask } from '#calcium/mask-traces.ts';
import { circleMask } from '#calcium/masks.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { peronaMalikDiffusion } from '#calcium/perona-malik.ts';
import { projectImages } from '#calcium/projections.ts';
import type { FilterEngine } from '#calcium-gpu/filter-engine.ts';
import { gaussianFilterGpu } from '#calcium-gpu/gaussian-filter.ts';
import { medianFilterGpu } from '#calcium-gpu/median-filter.ts';

const SIZE = 512;
const MASKS = 200;
const MASK_RADIUS = 7;

/** Something that is measured: its name, and what was measured of SciPy once. */
export interface CalciumWork {
  readonly name: string;
  /** Axes of what is worked on. */
  readonly shape: readonly number[];
  readonly type: 'uint16' | 'float64';
  /** s that NumPy and SciPy took on two shared cores of another machine. */
  readonly statedSeconds: number;
  /** Whether a GPU can do it. */
  readonly hasKernel?: boolean;
  /** Makes the input and gives the work on it. */
  prepare(shape: readonly number[], seed: number): (engine: FilterEngine) => unknown;
}

const TRACES = { shape: [500, 10_000], type: 'float64' } as const;
const SHORT_MOVIE = { shape: [200, SIZE, SIZE], type: 'uint16' } as const;
const LONG_MOVIE = { shape: [500, SIZE, SIZE], type: 'uint16' } as const;

export const CALCIUM_WORKS: readonly CalciumWork[] = [
  { name: 'delta-f', ...TRACES, statedSeconds: 0.15, prepare: ofTraces(calculateDfof) },
  { name: 'perona-malik', ...TRACES, statedSeconds: 0.61, prepare: ofTraces(peronaMalikDiffusion) },
  {
    name: 'median-3x3x3',
    ...SHORT_MOVIE,
    statedSeconds: 18.8,
    hasKernel: true,
    prepare: ofMovie(medianFilterGpu),
  },
  {
    name: 'gaussian',
    ...SHORT_MOVIE,
    statedSeconds: 1.13,
    hasKernel: true,
    prepare: ofMovie((images, engine) => gaussianFilterGpu(images, engine)),
  },
  {
    name: 'mask-traces',
    ...LONG_MOVIE,
    statedSeconds: 0.027,
    prepare(shape, seed) {
      const images = movie(shape, seed);
      const masks = disks(shape, seed);
      return () => maskTraces(images, masks);
    },
  },
  ...(['mean', 'std', 'median'] as const).map((kind) => ({
    name: `${kind}-projection`,
    ...LONG_MOVIE,
    statedSeconds: { mean: 0.05, std: 0.35, median: 2.7 }[kind],
    prepare: ofMovie((images) => projectImages(images, kind)),
  })),
];

function ofMovie(work: (images: NdArray, engine: FilterEngine) => unknown): CalciumWork['prepare'] {
  return (shape, seed) => {
    const images = movie(shape, seed);
    return (engine) => work(images, engine);
  };
}

function ofTraces(work: (traces: NdArray) => unknown): CalciumWork['prepare'] {
  return (shape, seed) => {
    const next = randomWords(seed);
    const uniform = () => next() / 2 ** 32;
    const values = Float64Array.from({ length: shape[0]! * shape[1]! }, () => {
      const noise = uniform() + uniform() + uniform() + uniform() - 2;
      return 200 + 35 * noise + (uniform() < 0.01 ? 100 : 0);
    });
    return () => work({ shape, values });
  };
}

/** Counts of 12 bits, [frame, row, column]. */
function movie(shape: readonly number[], seed: number): NdArray<Uint16Array> {
  const next = randomWords(seed);
  const values = new Uint16Array(shape.reduce((all, axis) => all * axis));
  for (let at = 0; at < values.length; at++) values[at] = next() >>> 20;
  return { shape, values };
}

function disks([, rows, columns]: readonly number[], seed: number): SparseMask[] {
  const next = randomWords(seed);
  const within = (length: number) => MASK_RADIUS + (next() % (length - 2 * MASK_RADIUS));
  return Array.from({ length: MASKS }, () =>
    toSparseMask(circleMask([rows!, columns!], within(rows!), within(columns!), MASK_RADIUS)),
  );
}

/** Of 32 bits; a hundred million of them in less than a second. Source: Marsaglia, doi 10.18637/jss.v008.i14. */
function randomWords(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
