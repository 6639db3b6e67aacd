import { z } from 'zod';
import { cellsOf } from '#protocol/cell-map.ts';
import { type CellFrame, defineCalciumStage } from './define.ts';

interface Waveforms {
  /** Frames before and after an event. */
  pre: number;
  post: number;
  /** [frame, cell] dF/F of the last frames; frame n is in row n modulo their number. */
  past: Float64Array;
  /** [row] numbers of these frames; -1 for none. */
  ids: Float64Array;
  /** Events whose course is not complete, in the order they came. */
  waiting: { cell: number; frame: number }[];
}

/**
 * Course of dF/F around every event, told when the last frame of it has come.
 *
 * NaN where a frame is missing or dF/F was not known. Events of the last seconds before an end are not told.
 */
export const waveforms = defineCalciumStage({
  name: 'waveforms',
  title: 'Waveforms',
  source: 'CalSciPy 0.3.1 collect_waveforms. Differs: lengths are in seconds.',
  params: z.object({
    preS: z.number().min(0).max(600).default(1).meta({
      title: 'Before',
      unit: 's',
      description: 'How much of the trace before an event is told.',
    }),
    postS: z.number().min(0).max(600).default(3).meta({
      title: 'After',
      unit: 's',
      description: 'How much of the trace after it.',
    }),
  }),
  reads: ['dff', 'event'],
  writes: ['waveform'],

  start({ fps, map }, { preS, postS }): Waveforms {
    const pre = Math.round(preS * fps);
    const post = Math.round(postS * fps);
    const frames = pre + 1 + post;
    const past = new Float64Array(frames * cellsOf(map).length);
    return { pre, post, past, ids: new Float64Array(frames).fill(-1), waiting: [] };
  },

  step(frame, state) {
    const { id, event } = frame;
    const { dff } = frame.columns;
    const { past, ids, waiting } = state;
    // Those that a gap has completed, before this frame takes the place of one of theirs.
    tellBefore(id, frame, state);
    const row = id % ids.length;
    past.set(dff, row * dff.length);
    ids[row] = id;
    for (let cell = 0; cell < event.length; cell++) if (event[cell]) waiting.push({ cell, frame: id });
    tellBefore(id + 1, frame, state);
  },
});

/** Tells the events whose last frame is before the next one. */
function tellBefore(next: number, { event, waveforms: told }: CellFrame, state: Waveforms): void {
  const { pre, post, past, ids, waiting } = state;
  while (waiting.length > 0 && waiting[0]!.frame + post < next) {
    const { cell, frame } = waiting.shift()!;
    const dff = new Float32Array(ids.length);
    for (let at = 0; at < dff.length; at++) {
      const wanted = frame - pre + at;
      const row = (wanted + ids.length) % ids.length;
      dff[at] = wanted >= 0 && ids[row] === wanted ? past[row * event.length + cell]! : Number.NaN;
    }
    told.push({ cell, frame, at: pre, dff });
  }
}
