import { z } from 'zod';
import { hammingLowPass } from '#calcium/low-pass.ts';
import { cellsOf } from '#protocol/cell-map.ts';
import { defineCalciumStage } from './define.ts';
import { SortedWindow } from './sorted-window.ts';

interface RunningBaseline {
  /** [tap], symmetric. */
  kernel: Float64Array;
  /** [frame, cell] counts of the last frames, as many as taps, in a ring. */
  past: Float64Array;
  frames: number;
  window: SortedWindow;
  firstS: number;
  /** s, when the next sample is taken, to half a frame. */
  dueS: number;
  halfFrameS: number;
  /** [cell] counts after the low-pass. */
  smooth: Float64Array;
}

/**
 * Baseline F0 of the moment: a low percentile of the last minute of the trace after a low-pass.
 *
 * The filter sees only what was: it lags half its taps, of which a baseline shows nothing. NaN until enough of the
 * trace is known.
 */
export const runningBaseline = defineCalciumStage({
  name: 'running-baseline',
  title: 'Running baseline',
  source:
    'CalSciPy 0.3.1 calculate_dfof, its filter and percentile. Differs: causal, and of the last minute instead of the whole trace.',
  params: z.object({
    windowS: z.number().min(1).max(3600).default(60).meta({
      title: 'Window',
      unit: 's',
      description: 'How much of the past the baseline is taken from.',
    }),
    percentile: z.number().min(0).max(100).default(5).meta({
      title: 'Percentile',
      unit: '%',
      description: 'Share of the window that lies below the baseline.',
    }),
    samplesHz: z.number().min(0.1).max(100).default(5).meta({
      title: 'Samples',
      unit: 'Hz',
      description: 'How many values a second of the filtered trace are kept.',
    }),
    cutoffHz: z.number().min(0.01).max(100).default(1).meta({
      title: 'Cutoff',
      unit: 'Hz',
      description: 'Of the low-pass; the frame rate must be above twice as much.',
    }),
    taps: z.number().int().min(1).max(999).default(29).meta({
      title: 'Taps',
      unit: 'frames',
      description: 'Length of the low-pass.',
    }),
    leastS: z.number().min(0).max(3600).default(10).meta({
      title: 'First stretch',
      unit: 's',
      description: 'Seconds of the trace without a baseline at its start.',
    }),
  }),
  reads: ['counts'],
  writes: ['baseline'],

  start({ fps, map }, { windowS, percentile, samplesHz, cutoffHz, taps }): RunningBaseline {
    const cells = cellsOf(map).length;
    return {
      kernel: hammingLowPass(taps, cutoffHz, fps),
      past: new Float64Array(taps * cells),
      frames: 0,
      window: new SortedWindow(cells, windowS, Math.ceil(windowS * samplesHz) + 2, percentile),
      firstS: Number.NaN,
      dueS: Number.NEGATIVE_INFINITY,
      halfFrameS: 0.5 / fps,
      smooth: new Float64Array(cells),
    };
  },

  step({ timeS, columns: { counts, baseline } }, state, { samplesHz, leastS }) {
    const { kernel, past, smooth, window } = state;
    const cells = counts.length;
    if (state.frames === 0) state.firstS = timeS;
    past.set(counts, (state.frames % kernel.length) * cells);
    state.frames++;
    if (state.frames < kernel.length) return;
    if (timeS > state.dueS - state.halfFrameS) {
      smooth.fill(0);
      for (let tap = 0; tap < kernel.length; tap++) {
        const row = ((state.frames + tap) % kernel.length) * cells;
        const weight = kernel[tap]!;
        for (let cell = 0; cell < cells; cell++) smooth[cell]! += weight * past[row + cell]!;
      }
      window.add(timeS, smooth);
      // On a grid of its own, so that any frame rate is sampled as often; anew after a gap.
      state.dueS += 1 / samplesHz;
      if (state.dueS <= timeS) state.dueS = timeS + 1 / samplesHz;
    }
    if (timeS - state.firstS >= leastS) baseline.set(window.percentiles);
  },
});
