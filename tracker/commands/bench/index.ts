import type { BenchCase } from './case.ts';

/** A case as the command line knows it; its code is loaded when it runs. */
interface ListedCase {
  /** What it measures, in half a sentence. */
  title: string;
  /** Whether it runs only when it is named. */
  onlyByName?: boolean;
  load(): Promise<BenchCase>;
}

/** Everything that can be measured: adding a case is its file and a line here. */
export const BENCH_CASES: Readonly<Record<string, ListedCase>> = {
  stages: { title: 'each stage of a pipeline, in one thread', load: () => import('./stages.ts') },
  pipeline: { title: 'frames in memory to tracks in memory', load: () => import('./pipeline.ts') },
  link: { title: 'frames from another process, not tracked', load: () => import('./link.ts') },
  'end-to-end': { title: 'a camera in another process, tracked live', load: () => import('./end-to-end.ts') },
  startup: { title: 'demo, until it listens and has tracked', load: () => import('./startup.ts') },
  detect: { title: 'a frame searched for beads, in one thread', load: () => import('./detect.ts') },
  stacks: {
    title: 'frames read from files of every format',
    onlyByName: true,
    load: () => import('./stacks.ts'),
  },
  soak: { title: 'memory over minutes', onlyByName: true, load: () => import('./soak.ts') },
  gpu: { title: 'kernel choices of a GPU', onlyByName: true, load: () => import('./gpu.ts') },
  accuracy: { title: 'errors of every preset', onlyByName: true, load: () => import('./accuracy.ts') },
  precision: {
    title: 'errors over the least that photons allow',
    onlyByName: true,
    load: () => import('./precision.ts'),
  },
  calcium: {
    title: 'traces, filters and projections of fluorescence',
    onlyByName: true,
    load: () => import('./calcium.ts'),
  },
  'calcium-live': {
    title: 'traces of cells and their events against the truth',
    onlyByName: true,
    load: () => import('./calcium-live.ts'),
  },
  'calcium-load': {
    title: 'beads without and with cells beside them',
    onlyByName: true,
    load: () => import('./calcium-load.ts'),
  },
  movie: {
    title: 'frames to files, and beads without and with a movie beside them',
    onlyByName: true,
    load: () => import('./movie.ts'),
  },
  real: { title: 'presets on recordings of real beads', onlyByName: true, load: () => import('./real.ts') },
};
