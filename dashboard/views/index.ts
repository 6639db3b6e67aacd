import { LivePlots } from '../plots/live-plots.tsx';
import type { View } from './view.ts';

/** The views from left to right: a new one is a file and a line here. */
export const VIEWS: readonly View[] = [
  { id: 'live-plots', title: 'Live Plots', load: async () => LivePlots },
  { id: 'run', title: 'Run', load: async () => (await import('./run/run.tsx')).Run },
  {
    id: 'analysis',
    title: 'Analysis',
    load: async () => (await import('../plots/analysis.tsx')).Analysis,
  },
  {
    id: 'bead-wall',
    title: 'Bead wall',
    load: async () => (await import('./bead-wall/bead-wall.tsx')).BeadWall,
  },
  {
    id: 'calcium',
    title: 'Calcium',
    load: async () => (await import('./calcium/calcium.tsx')).CalciumView,
  },
  {
    id: 'z-lut',
    title: 'Z-LUT',
    load: async () => (await import('./z-lut/z-lut.tsx')).ZLutView,
  },
  {
    id: 'pipeline',
    title: 'Pipeline',
    load: async () => (await import('./pipeline/pipeline.tsx')).Pipeline,
  },
  {
    id: 'recordings',
    title: 'Recordings',
    load: async () => (await import('./recordings/recordings.tsx')).Recordings,
  },
];
