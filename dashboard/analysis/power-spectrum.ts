import FFT from 'fft.js';
import type { EvenSamples } from './even-samples.ts';

/** One-sided power spectral density. */
export interface PowerSpectrum {
  /** [bin] Hz, from the first above zero to half the sampling rate. */
  frequencyHz: Float64Array;
  /** [bin] square of the unit of the samples, per Hz: it adds up to their variance. */
  density: Float64Array;
  /** Segments it is the mean of; 0 when there are too few samples. */
  segments: number;
}

/** Segments of this share of the samples at most: so many that their mean is smooth. */
const SEGMENT_SHARE = 1 / 8;
const SHORTEST_SEGMENT = 16;

/**
 * Welch's estimate: the mean of the periodograms of half-overlapping segments under a Hann window, each less its mean.
 * Segments with a missing sample are left out.
 * Source: Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70.
 * @param segmentLength a power of two; an eighth of the samples when left out
 */
export function powerSpectrum(
  { rateHz, values }: EvenSamples,
  segmentLength = usualSegment(values.length),
): PowerSpectrum {
  const bins = segmentLength / 2;
  const density = new Float64Array(bins);
  const window = Float64Array.from(
    { length: segmentLength },
    (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / segmentLength),
  );
  const power = window.reduce((sum, weight) => sum + weight * weight, 0);
  const fft = new FFT(segmentLength);
  const line = new Float64Array(2 * segmentLength);
  const spectrum = new Float64Array(2 * segmentLength);
  let segments = 0;
  let start = 0;
  while (start + segmentLength <= values.length) {
    const segment = values.subarray(start, start + segmentLength);
    const missing = segment.findLastIndex(Number.isNaN);
    if (missing >= 0) {
      start += missing + 1;
      continue;
    }
    const mean = segment.reduce((sum, value) => sum + value, 0) / segmentLength;
    line.fill(0);
    for (let at = 0; at < segmentLength; at++) line[2 * at] = window[at]! * (segment[at]! - mean);
    fft.transform(spectrum, line);
    for (let bin = 0; bin < bins; bin++) {
      density[bin]! += spectrum[2 * (bin + 1)]! ** 2 + spectrum[2 * (bin + 1) + 1]! ** 2;
    }
    segments++;
    start += segmentLength / 2;
  }
  for (let bin = 0; bin < bins; bin++) {
    // Half the sampling rate has no twin among the negative frequencies.
    density[bin]! *= (bin === bins - 1 ? 1 : 2) / (segments * rateHz * power);
  }
  const frequencyHz = density.map((_, bin) => ((bin + 1) * rateHz) / segmentLength);
  if (segments === 0) return { frequencyHz: new Float64Array(0), density: new Float64Array(0), segments };
  return { frequencyHz, density, segments };
}

function usualSegment(samples: number): number {
  const longest = Math.max(SHORTEST_SEGMENT, samples * SEGMENT_SHARE);
  return 2 ** Math.floor(Math.log2(longest));
}
