import { CalciumError } from '#calcium/calcium-error.ts';
import type { BrukerScan } from '#camera-adapters/stacks/bruker-scan.ts';

/** When the frames of a series began. */
export interface FrameTimes {
  /** [frame] s since the first; a frame of several planes begins with its first. */
  readonly startS: Float64Array;
  /** Time a frame takes with all its planes, s. */
  readonly periodS: number;
}

/**
 * Times of the frames of a scan, or of its volumes where there are several planes.
 *
 * @param planes images of each channel that make a frame
 * @param frames as many as are wanted; an incomplete last volume is none
 * @throws {CalciumError} if the scan has fewer
 */
export function brukerTimes(scan: BrukerScan, planes: number, frames: number): FrameTimes {
  const all = scan.sequences.flatMap((sequence) => sequence.frames);
  const firsts = all.filter((_, index) => index % planes === 0).slice(0, frames);
  if (firsts.length < frames) {
    const received = String(firsts.length);
    throw new CalciumError({ where: 'brukerTimes frames', expected: `times of ${frames} frames`, received });
  }
  // Relative times start again in every sequence.
  const startS = Float64Array.from(firsts, ({ absoluteTimeS }) => absoluteTimeS - all[0]!.absoluteTimeS);
  const steps = all.slice(1).map(({ absoluteTimeS }, index) => absoluteTimeS - all[index]!.absoluteTimeS);
  const typical = steps.sort((a, b) => a - b)[steps.length >> 1] ?? Number.NaN;
  const periodS = Number.isNaN(scan.framePeriodS) ? typical : scan.framePeriodS;
  return { startS, periodS: periodS * planes };
}

/**
 * Times as CalSciPy 0.3.1 gives them: those of the first sequence, in whole ms, each once.
 * @returns [frame] ms since the first; the frames of one volume where there are several planes
 */
export function extractFrameTimes031({ sequences }: BrukerScan): Float64Array {
  const texts = new Set(sequences[0]!.frames.map(({ relativeTime }) => relativeTime));
  const ms = Float64Array.from(texts, (text) => roundHalfEven(Number(text) * 1000));
  return ms.sort();
}

/** The nearest whole number, and of two the even one, as NumPy rounds. */
function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
