import { signal } from '@preact/signals';
import type { TraceColumn } from '#protocol/trace-columns.ts';
import type { AxisRange } from '../plots/steady-range.ts';
import type { HeldTrace } from './trace-view.ts';

/** A span of time, s since the first frame of the run. */
export interface TimeSpan {
  fromS: number;
  toS: number;
}

/** What a person chose to see of the traces; both the plots and what is made of them follow. */
export function createPlotChoices() {
  return {
    /** s of the time shown. */
    windowS: signal(30),
    /** Whether x, y and z are those of the bead less the mean of the reference beads. */
    isRelative: signal(false),
    /** The traces that stay on screen while paused, by bead; null while they go on. */
    paused: signal<ReadonlyMap<number, HeldTrace> | null>(null),
    /** The part of a paused trace that is shown; null for all of it. */
    zoom: signal<TimeSpan | null>(null),
    /** Plots that are left out. */
    hidden: signal<ReadonlySet<TraceColumn>>(new Set()),
    /** Fixed limits of the value axes, in their units; plots that are not there scale themselves. */
    limits: signal<ReadonlyMap<TraceColumn, AxisRange>>(new Map()),
    /** Counts the requests to make the median of what is shown the new zero. */
    zeroRequests: signal(0),
  };
}

export type PlotChoices = ReturnType<typeof createPlotChoices>;
