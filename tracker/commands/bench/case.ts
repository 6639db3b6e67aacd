import type { Reduction } from '#engines/gpu/compose.ts';
import type { EngineKind } from '#engines/threads/engine-messages.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import type { PresetName } from '#stages/presets.ts';
import type { CalciumLine } from './calcium.ts';
import type { Machine } from './machine.ts';
import type { PeerComparison } from './peer.ts';

/** What the command line asks for; a case has its own defaults for what is left out. */
export interface BenchOptions {
  engine?: EngineKind[];
  preset?: PresetName[];
  roiSize?: number[];
  pixelType?: PixelFormat[];
  beads?: number[];
  planes?: number;
  threads?: number[];
  lanes?: number[];
  reduction?: Reduction[];
  width?: number;
  height?: number;
  /** 0: as fast as the tracker takes them. */
  fps?: number[];
  roiStreaming?: boolean;
  record?: boolean;
  /** Frames of one repeat. */
  frames?: number;
  repeats?: number;
  /** ms of one repeat. */
  for?: number;
  /** Of `soak`. */
  minutes?: number;
  /** Of what is random in `precision` and `calcium`. */
  seed?: number;
  /** nm, of the beads of `precision`. */
  radius?: number[];
  /** Of a background pixel in `precision`. */
  photons?: number[];
  /** nm, heights of `precision`. */
  z?: number[];
  /** Frames of a calibration plane in `precision`. */
  sweepFrames?: number;
  /** Frames of each preset in all in `precision`, and a line of what was lost or false. */
  exam?: number;
  /** Where the recordings of `real` lie. */
  folder?: string;
  /** File for the picture of `precision`. */
  svg?: string;
  /** Command line of a peer to run in turn with ours. */
  vs?: string;
}

/** Figures that every line has under the same names; null where a case does not measure them. */
interface Figures {
  usPerRoi: number | null;
  roisPerSecond: number | null;
  framesOffered: number | null;
  framesTracked: number | null;
  framesDropped: number | null;
  fps: number | null;
  latencyMsP50: number | null;
  latencyMsP99: number | null;
}

/** What the figures of a line hold for; null where a case has nothing of the kind. */
export interface Conditions {
  engine: EngineKind | null;
  preset: PresetName | null;
  /** px of an ROI. */
  roi: number | null;
  pixelType: PixelFormat;
  /** Of the Z-LUT. */
  planes: number | null;
  beads: number;
  /** Of the centering stage, where it repeats itself. */
  iterations: number | null;
}

/** One line of output. */
export interface BenchLine extends Conditions, Figures {
  case: string;
  machine: Machine;
  /** Figures are medians over so many, unless they are counts. */
  repeats: number;
  vs?: PeerComparison;
  [further: string]: unknown;
}

/** What the file of a case exports. */
export interface BenchCase {
  run(options: BenchOptions): AsyncIterable<BenchLine | CalciumLine>;
}
