import type { Roi } from '#protocol/roi.ts';
import type { SweepPart } from './real-sweep.ts';

/** Tracks by other people's programs, px; the same frames as are tracked. */
export interface PublishedTracks {
  xPx: readonly number[];
  yPx: readonly number[];
}

/** A focal sweep of one bead, a frame to a plane. */
interface RealSweep {
  /** Its folder. */
  name: string;
  file: string;
  /** Frames that are scored apart: near the focus, where rings are not round, and beyond. */
  parts: readonly SweepPart[];
  /** @param expected what the folder holds as `expected.json` */
  focusOf(expected: unknown): number[];
}

/** A bead over time, at one focus. */
interface RealSeries {
  name: string;
  file: string;
  bead: string;
  /** Frame to begin with. */
  first: number;
  roi?: Roi;
  publishedOf(expected: unknown): PublishedTracks;
}

export const REAL_SWEEPS: readonly RealSweep[] = [
  {
    name: 'mt_zsweep_vannoort_024',
    file: 'data_024_roi.tif',
    parts: [
      { from: 0, to: 30 },
      { from: 30, to: 60 },
      { from: 60, to: 150 },
      { from: 150, to: 251 },
    ],
    focusOf: (expected) =>
      (expected as { sweep: { focus_um: number[] } }).sweep.focus_um.map((um) => 1000 * um),
  },
];

interface ListedTracks {
  beads: { published: { x_px: number[]; y_px: number[] } }[];
}

interface CircleFit {
  matlab_circle_fit: { x: number[]; y: number[] };
}

export const REAL_SERIES: readonly RealSeries[] = [
  ...['1_12011502_a_a.tif', '2_12011502_a_a.tif', '3_12011502_a_ref.tif'].map((file, index) => ({
    name: 'mt_timeseries_toleikis_run02',
    file,
    bead: index < 2 ? `tethered bead ${index + 1}` : 'reference bead',
    // The first frame is a dud, its authors say, and not in their table.
    first: 1,
    publishedOf: (expected: unknown) => {
      const { x_px, y_px } = (expected as ListedTracks).beads[index]!.published;
      return { xPx: x_px, yPx: y_px };
    },
  })),
  {
    name: 'ot_bead_with_bacterium',
    file: 'frames_001_260.tif',
    bead: 'trapped bead with a bacterium',
    first: 0,
    roi: { bead: 0, left: 46, top: 42, size: 100 },
    publishedOf: (expected) => {
      const { x, y } = (expected as CircleFit).matlab_circle_fit;
      return { xPx: x, yPx: y };
    },
  },
];
