import type { BenchLine, BenchOptions } from './case.ts';
import { liveDefaults, liveLine } from './end-to-end.ts';
import { liveZLut, runLive } from './live-bench.ts';
import { thisMachine } from './machine.ts';
import { createPeer } from './peer.ts';
import { digits, slope } from './statistics.ts';

const MINUTES = 5;
const SAMPLE_MS = 2000;
/** Samples of a run at least, however short. */
const FEWEST_SAMPLES = 10;
/** Share of a run that is its warm-up, and the longest. */
const WARM_UP = 0.25;
const LONGEST_WARM_UP_MS = 120_000;

/** Memory of the tracker over minutes, by the line of least squares through what the system says, after a warm-up. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const forMs = options.for ?? (options.minutes ?? MINUTES) * 60_000;
  const machine = thisMachine();
  const samples: { atMs: number; rss: number; heapUsed: number; arrayBuffers: number }[] = [];
  const zLut = await liveZLut(liveDefaults(options));
  const experiment = {
    ...liveDefaults(options),
    planes: zLut.planes,
    forMs,
    sampleMs: Math.min(SAMPLE_MS, forMs / FEWEST_SAMPLES),
    onSample: (atMs: number) => samples.push({ atMs, ...process.memoryUsage() }),
  };
  const { vs } = options;
  const result = await runLive(experiment, zLut);
  const line = liveLine('soak', experiment, [result], machine);
  const peer = vs === undefined ? undefined : createPeer(vs, line);
  await peer?.run();
  const settled = samples.filter(({ atMs }) => atMs >= Math.min(LONGEST_WARM_UP_MS, WARM_UP * forMs));
  const perMinute = (column: 'rss' | 'heapUsed' | 'arrayBuffers') =>
    digits(slope(settled.map((sample) => ({ x: sample.atMs / 60_000, y: sample[column] / 1e6 }))));
  const rss = settled.map((sample) => sample.rss / 1e6);
  yield {
    ...line,
    rssMBPerMinute: perMinute('rss'),
    heapMBPerMinute: perMinute('heapUsed'),
    arrayBuffersMBPerMinute: perMinute('arrayBuffers'),
    rssMB: { first: digits(rss[0]!), last: digits(rss.at(-1)!), max: digits(Math.max(...rss)) },
    samples: settled.length,
    ...(peer && {
      vs: peer.compare({
        fps: [line.fps!],
        usPerRoi: [line.usPerRoi!],
        wallMs: [1000 * Number(line.seconds)],
      }),
    }),
  };
}
