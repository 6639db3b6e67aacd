import { calculateBaseline, calculateDfof, calculateStandardizedNoise } from '#calcium/delta-f.ts';
import { detrendPolynomial } from '#calcium/detrend.ts';
import { hammingLowPass } from '#calcium/low-pass.ts';
import { zeros } from '#calcium/nd-array.ts';
import { type PeronaMalikOptions, peronaMalikDiffusion } from '#calcium/perona-malik.ts';
import type { CalciumFunction } from './calcium-folder.ts';

export const TRACE_ANSWERS: Readonly<Record<string, CalciumFunction>> = {
  'trace_processing.calculate_dfof': {
    answer: (call) => ({
      dfof: calculateDfof(call.array('traces'), {
        frameRate: call.number('frame_rate'),
        offset: call.number('offset') ?? 0,
        ...(call.has('external_reference') && { externalReference: call.array('external_reference') }),
      }),
    }),
    attempt: ({ samples = 100, frame_rate: frameRate = 30 }) =>
      calculateDfof(
        { ...zeros([2, samples as number]), values: new Float64Array(2 * (samples as number)).fill(1) },
        { frameRate: frameRate as number },
      ),
  },
  'building block: 1 Hz zero-phase Hamming low-pass and its 5th percentile': {
    answer: (call) => ({ ...calculateBaseline(call.array('traces'), call.number('frame_rate')) }),
  },
  'building block: Hamming low-pass taps, cutoff 1 Hz': {
    answer: (call) => ({
      taps: hammingLowPass(call.number('numtaps'), call.number('cutoff'), call.number('fs')),
    }),
  },
  'trace_processing.calculate_standardized_noise': {
    answer: (call) => ({ noise: calculateStandardizedNoise(call.array('dfof'), call.number('frame_rate')) }),
  },
  'trace_processing.detrend_polynomial': {
    answer: (call) => ({ detrended: detrendPolynomial(call.array('traces')) }),
  },
  'trace_processing.perona_malik_diffusion': {
    answer: (call) => ({ smoothed: peronaMalikDiffusion(call.array('traces'), call.params) }),
    attempt: (wrong) => peronaMalikDiffusion(zeros([2, 50]), wrong as PeronaMalikOptions),
  },
};
