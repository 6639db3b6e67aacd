import { effect, signal } from '@preact/signals';
import { LIVE_PLOTS, type PlotColumn } from '../plots/plot-definitions.ts';
import type { AxisRange } from '../plots/steady-range.ts';
import { recordIn, rememberedChoice } from './remembered-choice.ts';
import type { HeldTrace } from './trace-view.ts';

/** A span of time, s since the first frame of the run. */
export interface TimeSpan {
  fromS: number;
  toS: number;
}

/** Times shown that can be chosen. */
export const WINDOWS_S = [
  { seconds: 5, label: '5 s' },
  { seconds: 30, label: '30 s' },
  { seconds: 120, label: '2 min' },
  { seconds: 600, label: '10 min' },
  { seconds: 3600, label: '1 h' },
  { seconds: 86_400, label: '1 day' },
];

/** What a person chose to see of the traces; both the plots and what is made of them follow. */
export function createPlotChoices() {
  const remembered = rememberedChoice('plots', '{}');
  const before = choicesIn(remembered.peek());
  const choices = {
    /** s of the time shown. */
    windowS: signal(before.windowS),
    /** Whether x, y and z are those of the bead less the mean of the reference beads. */
    isRelative: signal(before.isRelative),
    /** The traces that stay on screen while paused, by bead; null while they go on. */
    paused: signal<ReadonlyMap<number, HeldTrace> | null>(null),
    /** The part of a paused trace that is shown; null for all of it. */
    zoom: signal<TimeSpan | null>(null),
    /** Plots that are left out. */
    hidden: signal<ReadonlySet<PlotColumn>>(new Set(before.hidden)),
    /** Fixed limits of the value axes, in their units; plots that are not there scale themselves. */
    limits: signal<ReadonlyMap<PlotColumn, AxisRange>>(new Map(before.limits)),
    /** Counts the requests to make the median of what is shown the new zero. */
    zeroRequests: signal(0),
  };
  const { windowS, isRelative, hidden, limits } = choices;
  effect(() => {
    remembered.value = JSON.stringify({
      windowS: windowS.value,
      isRelative: isRelative.value,
      hidden: [...hidden.value],
      limits: [...limits.value],
    });
  });
  return choices;
}

export type PlotChoices = ReturnType<typeof createPlotChoices>;

/** Choices that outlast a visit. */
interface LastingChoices {
  windowS: number;
  isRelative: boolean;
  hidden: PlotColumn[];
  limits: [PlotColumn, AxisRange][];
}

/** What an earlier visit left, each choice on its own; the usual one for what is missing or not understood. */
function choicesIn(text: string): LastingChoices {
  const { windowS, isRelative, hidden, limits } = recordIn<keyof LastingChoices>(text);
  return {
    windowS: WINDOWS_S.find(({ seconds }) => seconds === windowS)?.seconds ?? 30,
    isRelative: isRelative === true,
    hidden: Array.isArray(hidden) ? hidden.filter(isPlotColumn) : ['magnitudeNm', 'focusZNm'],
    limits: Array.isArray(limits) ? limits.filter(isLimit) : [],
  };
}

function isPlotColumn(name: unknown): name is PlotColumn {
  return LIVE_PLOTS.some(({ column }) => column === name);
}

function isLimit(entry: unknown): entry is [PlotColumn, AxisRange] {
  if (!Array.isArray(entry) || !isPlotColumn(entry[0]) || !Array.isArray(entry[1])) return false;
  const [from, to]: unknown[] = entry[1];
  return Number.isFinite(from) && Number.isFinite(to) && (from as number) < (to as number);
}
