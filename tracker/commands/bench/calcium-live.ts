import { pearsonColocalization } from '#calcium/colocalization.ts';
import { calculateBaseline, calculateDfof } from '#calcium/delta-f.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { timeCellFrames } from './cell-frames.ts';
import { scoreEvents, transientsOf } from './event-match.ts';
import { type CellFilm, filmCells } from './film-cells.ts';
import { type Machine, thisMachine } from './machine.ts';
import { digits, median, quantile } from './statistics.ts';

const SEEDS = 3;
const MINUTES = 5;
const FPS = 30;
const CELLS = 40;
/** As the camera has them but for less light; and small transients in little light that bleaches and moves. */
const FILMS = {
  usual: { photonsPerPixel: 200 },
  hard: { photonsPerPixel: 15, amplitude: 0.4, bleachingPerS: 5e-4, motionPx: 0.5 },
} as const;
/** Before it baselines and noise are not yet known. */
const SETTLING_S = 30;
/** The refractory time: within it spikes are one transient, and an event is that of a transient. */
const TRANSIENT_S = 0.5;

/** Figures of a film, of which the first half minute does not count. */
interface FilmScore {
  /** Correlation of dF/F: live with offline of the same counts, and either with the truth; over cells. */
  dffLiveOffline: Spread;
  dffLiveTruth: Spread;
  dffOfflineTruth: Spread;
  /** How far the baseline is from that of the whole trace, of that: median over cells and frames. */
  baselineOff: number;
  transients: number;
  eventsFound: number;
  recall: number;
  precision: number;
  /** Frames from the onset of a transient to its event. */
  latencyFramesP50: number;
  latencyFramesP90: number;
  /** In the stages, one thread. */
  usPerFrameP50: number;
  usPerFrameP99: number;
}

interface Spread {
  min: number;
  median: number;
}

/** Traces and events that are found while frames come, against the truth and the same formulas offline; and what a frame takes. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { seed: firstSeed = 0, repeats = SEEDS, minutes = MINUTES } = options;
  const fps = options.fps?.[0] || FPS;
  const frames = options.frames ?? Math.round(minutes * 60 * fps);
  for (const film of Object.keys(FILMS) as (keyof typeof FILMS)[]) {
    for (const photonsPerPixel of options.photons ?? [FILMS[film].photonsPerPixel]) {
      for (let seed = firstSeed; seed < firstSeed + repeats; seed++) {
        const machine = thisMachine();
        const conditions = { seed, cells: CELLS, photonsPerPixel };
        const score = scoreFilm(await filmCells({ ...FILMS[film], ...conditions, fps, frames }));
        yield {
          ...lineOf(frames, machine),
          film,
          ...conditions,
          fpsFilmed: fps,
          ...score,
        };
      }
    }
  }
  const machine = thisMachine();
  for (const times of timeCellFrames(firstSeed)) {
    yield { ...lineOf(null, machine), film: null, seed: firstSeed, ...times };
  }
}

/** What every line has; `frames` are those of a film. */
function lineOf(frames: number | null, machine: Machine): BenchLine {
  return {
    case: 'calcium-live',
    ...{ engine: null, preset: null, roi: null, planes: null, beads: 0, iterations: null },
    pixelType: 'mono16',
    ...{ framesOffered: frames, framesTracked: frames, framesDropped: frames && 0 },
    ...{ usPerRoi: null, roisPerSecond: null, fps: null, latencyMsP50: null, latencyMsP99: null },
    machine,
    repeats: 1,
  };
}

function scoreFilm({ fps, truth, live, us }: CellFilm): FilmScore {
  const frames = us.length;
  const from = Math.round(SETTLING_S * fps);
  const settled = (trace: Float64Array) => trace.subarray(from);
  const offline = live.counts.map(
    (counts) => calculateDfof({ shape: [frames], values: counts }, { frameRate: fps }).values,
  );
  const correlations = (a: Float64Array[], b: Float64Array[]): Spread => {
    const all = a.map((trace, cell) => correlation(settled(trace), settled(b[cell]!)));
    return { min: digits(Math.min(...all)), median: digits(median(all)) };
  };
  const baselinesOff = live.counts.flatMap((counts, cell) => {
    const { baseline } = calculateBaseline({ shape: [frames], values: counts }, fps);
    return Array.from(settled(live.baseline[cell]!), (value) => Math.abs(value / baseline[0]! - 1));
  });
  const latestFrames = Math.round(TRANSIENT_S * fps);
  const { transients, found, recall, precision, latencies } = scoreEvents(
    live.event.map((event, cell) => ({
      onsets: transientsOf(truth.spikes[cell]!, latestFrames).filter((frame) => frame >= from),
      events: [...event.keys()].filter((frame) => frame >= from && event[frame] === 1),
    })),
    latestFrames,
  );
  return {
    dffLiveOffline: correlations(live.dff, offline),
    dffLiveTruth: correlations(live.dff, truth.dff),
    dffOfflineTruth: correlations(offline, truth.dff),
    baselineOff: digits(median(baselinesOff)),
    transients,
    eventsFound: found,
    recall: digits(recall),
    precision: digits(precision),
    latencyFramesP50: median(latencies),
    latencyFramesP90: quantile(latencies, 0.9),
    usPerFrameP50: digits(median([...us])),
    usPerFrameP99: digits(quantile([...us], 0.99)),
  };
}

function correlation(a: Float64Array, b: Float64Array): number {
  const image = (values: Float64Array) => ({ shape: [1, values.length], values });
  return pearsonColocalization(image(a), image(b));
}
