import {
  generateBlocks,
  generateOverlappingBlocks,
  generateSlidingWindow,
  slidingWindow,
} from '#calcium/blocks.ts';
import { getEventOnsetIntensities, getInterEventIntervals, getNumEvents } from '#calcium/event-measures.ts';
import { calculateFramesPerFile, generatePaddedFilename, planImageFiles } from '#calcium/file-plan.ts';
import { findPeaks, type PeakOptions } from '#calcium/find-peaks.ts';
import {
  calculateFiringRates,
  calculateMeanFiringRates,
  convertTau,
  normalizeFiringRates,
} from '#calcium/firing-rates.ts';
import { gaussianFilter1d } from '#calcium/gaussian-line.ts';
import { type EventOptions, eventDerivative, identifyEvents } from '#calcium/identify-events.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import {
  generateRaster,
  generateTensor,
  mergeFactorizedMatrices,
  mergeTensor,
} from '#calcium/reorganization.ts';
import { extremes, mean, percentileOf } from '#calcium/statistics.ts';
import { collectWaveforms, scaleWaveforms } from '#calcium/waveforms.ts';
import { TweezertrackError } from '#protocol/errors.ts';
import type { CalciumCall, CalciumFunction } from './calcium-folder.ts';

type Frames = number[][];

const byNeuron = (waveforms: readonly NdArray[]) =>
  Object.fromEntries(waveforms.map((waveform, neuron) => [`neuron${neuron}`, waveform]));

function eventOptions({ params }: CalciumCall): EventOptions {
  const { timeout, frame_rate: frameRate, smooth, force_nonneg: forceNonneg } = params;
  const given = { timeout, frameRate, smooth, forceNonneg };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function chunksOf(call: CalciumCall): NdArray[][] {
  if (call.has('factorized_traces')) {
    const { shape, values } = call.array('factorized_traces');
    const [neurons, chunks, components, frames] = shape as [number, number, number, number];
    const size = components * frames;
    return Array.from({ length: neurons }, (_, neuron) =>
      Array.from({ length: chunks }, (_, chunk) => {
        const start = (neuron * chunks + chunk) * size;
        return { shape: [components, frames], values: values.slice(start, start + size) };
      }),
    );
  }
  const { shape, values } = call.array('concatenated');
  const [neurons, components, frames] = shape as [number, number, number];
  const lengths = call.value<number[]>('chunk_lengths');
  const starts = lengths.map((_, chunk) => lengths.slice(0, chunk).reduce((sum, length) => sum + length, 0));
  return Array.from({ length: neurons }, (_, neuron) =>
    lengths.map((length, chunk) => {
      const rows = Array.from({ length: components }, (_, component) => {
        const start = (neuron * components + component) * frames + starts[chunk]!;
        return [...values.slice(start, start + length)];
      });
      return { shape: [components, length], values: Float64Array.from(rows.flat()) };
    }),
  );
}

const REDUCTIONS: Record<string, (window: Float64Array) => number> = {
  mean,
  percentile8: (window) => percentileOf(window, 8),
  max: (window) => extremes(window).most,
};

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index);

/** Whether a call is refused by name. */
function refuses(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    return error instanceof TweezertrackError;
  }
}

export const EVENT_ANSWERS: Readonly<Record<string, CalciumFunction>> = {
  'event_processing.identify_events': {
    answer: (call) => {
      const traces = call.array('traces');
      const events = identifyEvents(traces, eventOptions(call));
      return { events: traces.shape.length === 1 ? events[0] : events };
    },
  },
  'building block: smoothed non-negative derivative, threshold = std/2': {
    answer: (call) => ({ ...eventDerivative(call.array('traces'), eventOptions(call)) }),
  },
  'building block: gaussian_filter1d, reflect, truncate 4': {
    answer: (call) => ({ y: gaussianFilter1d(call.values('x'), call.number('sigma')) }),
  },
  'building block: scipy.signal.find_peaks': {
    answer: (call) => ({ peaks: findPeaks(call.values('x'), call.params as PeakOptions) }),
  },
  'event_processing.calculate_firing_rates': {
    answer: (call) => ({
      rates: calculateFiringRates(call.array('spike_probability_matrix'), call.number('frame_rate')),
    }),
  },
  'event_processing.calculate_mean_firing_rates': {
    answer: (call) => ({ mean: calculateMeanFiringRates(call.array('firing_matrix')) }),
  },
  'event_processing.normalize_firing_rates': {
    answer: (call) => {
      const axis = call.params.axis === 'per frame' ? 'frame' : 'neuron';
      return { normalized: normalizeFiringRates(call.array('firing_matrix'), axis) };
    },
  },
  'event_processing.collect_waveforms': {
    answer: (call) => {
      const options = { ...call.params, compat: call.kind === 'compat' };
      return byNeuron(collectWaveforms(call.array('traces'), call.value<Frames>('event_indices'), options));
    },
  },
  'event_processing.convert_tau': {
    answer: (call) => ({
      tau_s: call.value<[number, number][]>('tau_dt').map(([tau, dt]) => convertTau(tau, dt)),
    }),
  },
  'event_processing.get_num_events': {
    answer: (call) => ({ n: getNumEvents(call.value<Frames>('event_indices')) }),
  },
  'event_processing.get_inter_event_intervals': {
    answer: (call) => ({
      iei_s: getInterEventIntervals(call.value<Frames>('event_indices'), call.number('frame_rate')),
    }),
  },
  'event_processing.get_event_onset_intensities': {
    answer: (call) => ({
      intensities: getEventOnsetIntensities(call.array('traces'), call.value<Frames>('event_indices')),
    }),
  },
  'event_processing.scale_waveforms': {
    answer: (call) =>
      byNeuron(scaleWaveforms(['neuron0', 'neuron1', 'neuron2'].map((name) => call.array(name)))),
  },
  'reorganization.generate_raster': {
    answer: (call) => ({
      raster: generateRaster(call.value<Frames>('event_frames'), call.number('total_frames') ?? undefined),
    }),
    attempt: ({ event_frames: frames, total_frames: total }) =>
      generateRaster(frames as Frames, (total as number | null) ?? undefined),
  },
  'reorganization.generate_tensor': {
    answer: (call) => ({ tensor: generateTensor(call.array('traces_as_matrix'), call.number('chunk_size')) }),
  },
  'reorganization.merge_tensor': {
    answer: (call) => ({ matrix: mergeTensor(call.array('traces_as_tensor')) }),
  },
  'reorganization.merge_factorized_matrices': {
    answer: (call) => ({ matrix: mergeFactorizedMatrices(chunksOf(call), call.number('component')) }),
  },
  'misc.calculate_frames_per_file': {
    answer: (call) => ({
      frames: call
        .value<[number, number, string, number][]>('rows')
        .map((row) => calculateFramesPerFile(...row)),
    }),
  },
  'misc.generate_blocks': {
    answer: (call) => ({
      blocks: [
        ...generateBlocks(upTo(call.value('n')), call.number('block_size'), call.number('block_buffer')),
      ],
    }),
    attempt: ({ n, block_size: size, block_buffer: buffer = 0 }) => [
      ...generateBlocks(upTo(n as number), size as number, buffer as number),
    ],
  },
  'misc.generate_overlapping_blocks': {
    answer: (call) => ({
      blocks: [
        ...generateOverlappingBlocks(call.value('n'), call.number('block_size'), call.number('block_buffer')),
      ].map(({ core, withHalo }) => ({ core, with_halo: withHalo })),
    }),
  },
  'misc.generate_sliding_window': {
    answer: (call) => ({
      windows: [
        ...generateSlidingWindow(
          upTo(call.value('n')),
          call.number('window_length'),
          call.number('step_size'),
        ),
      ],
    }),
  },
  'misc.sliding_window': {
    answer: (call) => {
      const reduce = REDUCTIONS[call.params.function as string]!;
      return { values: slidingWindow(call.array('sequence'), call.number('window_length'), reduce) };
    },
  },
  'misc.generate_padded_filename': {
    answer: (call) => {
      type Args = [number, string, number, string];
      const wrong = call.stated<Args>('error');
      return {
        names: call.value<Args[]>('args').map((args) => generatePaddedFilename(...args)),
        error: refuses(() => generatePaddedFilename(...wrong)) ? wrong : 'taken',
      };
    },
  },
  'io_tools.save_images': {
    answer: (call) => {
      const plan = planImageFiles(call.value('shape'), call.value('dtype'), call.number('size_cap'));
      return { frames_per_file: plan.framesPerFile, names: plan.names };
    },
  },
};
