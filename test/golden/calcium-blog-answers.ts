import { type ConvolveMode, convolve } from '#calcium/convolve.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { createNumpyRandom } from '#calcium/numpy-random.ts';
import { spikeStatistics } from '#calcium/spike-statistics.ts';
import { createBalancedNetwork, type NetworkParams, runSpikingNetwork } from '#calcium/spiking-network.ts';
import { extremes, mean, median, populationStd } from '#calcium/statistics.ts';
import { thresholdCrossings } from '#calcium/threshold-crossings.ts';
import { travelingWave } from '#calcium/traveling-wave.ts';
import type { CalciumFunction } from './calcium-folder.ts';

const DT = 5e-5;
const STATISTICS_FROM_S = 0.1;

/** Every `step`th row of an array [row, column], the first `most` at most. */
function rowsOf({ shape, values }: NdArray, step: number, most = Number.POSITIVE_INFINITY): NdArray {
  const [rows, columns] = shape as [number, number];
  const count = Math.min(Math.ceil(rows / step), most);
  const picked = Array.from({ length: count }, (_, row) => [
    ...values.subarray(row * step * columns, (row * step + 1) * columns),
  ]);
  return { shape: [count, columns], values: Float64Array.from(picked.flat()) };
}

function columnsOf({ shape, values }: NdArray): Float64Array[] {
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!),
  );
}

function weightStatistics({ shape, values }: NdArray): Record<string, number> {
  const present = values.filter((weight) => weight !== 0) as Float64Array;
  const neurons = shape[0]!;
  const rowMeans = Array.from({ length: neurons }, (_, row) =>
    Math.abs(mean(values.subarray(row * neurons, (row + 1) * neurons))),
  );
  const { least, most } = extremes(present);
  return {
    w_nnz: present.length,
    w_std_nz: populationStd(present),
    w_mean_nz: mean(present),
    w_min: least,
    w_max: most,
    w_abs_sum: present.reduce((sum, weight) => sum + Math.abs(weight), 0),
    w_row_mean_absmax: Math.max(...rowMeans),
    w_frac_positive: present.filter((weight) => weight > 0).length / present.length,
  };
}

function networkAnswer(neurons: number, seconds: number, seed: number): Record<string, unknown> {
  const { w, v0 } = createBalancedNetwork(neurons, createNumpyRandom(seed));
  const { recording, spikes } = runSpikingNetwork(w, v0, seconds);
  const { ratesHz, cvOfIntervals, populationRateHz } = spikeStatistics(
    spikes,
    neurons,
    DT,
    seconds,
    STATISTICS_FROM_S,
  );
  const courses = columnsOf(recording);
  const [steps, ofNeurons] = columnsOf(spikes);
  return {
    stats: {
      t0_s: STATISTICS_FROM_S,
      n_spikes_total: spikes.shape[0],
      n_spikes_first_step: steps!.filter((step) => step === 0).length,
      mean_rate_hz: mean(ratesHz),
      median_rate_hz: median(ratesHz),
      std_rate_hz: populationStd(ratesHz),
      silent_fraction: ratesHz.filter((rate) => rate === 0).length / neurons,
      cv_isi_mean: mean(cvOfIntervals),
      cv_isi_median: median(cvOfIntervals),
      n_cv: cvOfIntervals.length,
      population_rate_5ms_mean: mean(populationRateHz),
      population_rate_5ms_std: populationStd(populationRateHz),
      recorded_spike_counts: courses.map((_, neuron) => ofNeurons!.filter((of) => of === neuron).length),
      rec_mean: courses.map(mean),
      rec_std: courses.map(populationStd),
      rec_min: courses.map((course) => extremes(course).least),
      rec_max: courses.map((course) => extremes(course).most),
      ...weightStatistics(w),
    },
    rec_first_100_steps: rowsOf(recording, 1, 100),
    rec_every_200: rowsOf(recording, 200),
    w_row0_first20: w.values.slice(0, 20),
    v0_first20: v0.slice(0, 20),
  };
}

export const BLOG_ANSWERS: Readonly<Record<string, CalciumFunction>> = {
  'threshold crossings': {
    answer: (call) => {
      const found = thresholdCrossings(call.values('data'), call.number('threshold'));
      return { ...found, pre_up: found.preUp, pre_down: found.preDown };
    },
  },
  'np.convolve': {
    answer: (call) =>
      Object.fromEntries(
        (['full', 'same', 'valid'] satisfies ConvolveMode[]).map((mode) => [
          mode,
          convolve(call.values('data'), call.values('kernel'), mode),
        ]),
      ),
  },
  'balanced_spiking_network deterministic part (w and v0 given)': {
    answer: (call) => {
      const { exp_dt_tr: decayTr, exp_dt_td: decayTd, ...given } = call.params;
      const params = { ...given, decayTr, decayTd } as NetworkParams;
      const run = runSpikingNetwork(call.array('w'), call.values('v0'), call.number('T'), params);
      return {
        rec_first_steps: rowsOf(run.recording, 1, 2000),
        rec_every_50: rowsOf(run.recording, 50),
        spikes_step_neuron_u16: run.spikes,
      };
    },
  },
  'balanced_spiking_network statistics': {
    answer: (call) => networkAnswer(call.number('n'), call.number('T'), call.number('seed')),
  },
  'np.random.seed(int) MT19937: raw uint32, rand, randn': {
    answer: (call) => {
      const draw = (count: number, of: 'uint32' | 'rand') => {
        const random = createNumpyRandom(call.number('seed'));
        return Float64Array.from({ length: count }, () => random[of]());
      };
      const random = createNumpyRandom(call.number('seed'));
      const mixed = Float64Array.from({ length: 18 }, (_, at) =>
        at >= 13 && at < 16 ? random.rand() : random.randn(),
      );
      return { u32: draw(16, 'uint32'), rand: draw(12, 'rand'), randn13_rand3_randn2: mixed };
    },
  },
  'wave(x,t)=sin(2pi(x-speed*t)/wavelength)': {
    answer: (call) => {
      const [places, times] = [400, 200];
      const x = Float64Array.from({ length: places }, (_, place) => place / 100);
      const t = Float64Array.from({ length: times }, (_, time) => time / 100);
      const wave = travelingWave(x, t, call.number('wavelength'), call.number('speed'));
      const [rowStep, columnStep] = call.params.stride as [number, number];
      const rows = rowsOf(wave, rowStep);
      const columns = places / columnStep;
      const sub = Float64Array.from({ length: rows.shape[0]! * columns }, (_, at) => {
        return rows.values[Math.floor(at / columns) * places + (at % columns) * columnStep]!;
      });
      return { sub: { shape: [rows.shape[0]!, columns], values: sub }, shape: wave.shape };
    },
  },
};
