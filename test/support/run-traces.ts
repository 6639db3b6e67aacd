import { parseCellPlan } from '#calcium-stages/plan.ts';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import { CELL_COLUMNS, type CellColumn } from '#protocol/calcium-live.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import type { CellWaveform } from '#sinks/cell-sink.ts';

export interface RanTraces {
  /** [neuron, frame]; NaN where a frame is left out. */
  columns: Record<CellColumn, Float64Array>;
  /** Per neuron the frames of its events. */
  events: number[][];
  waveforms: (CellWaveform & { toldIn: number })[];
}

export interface RunOptions {
  fps: number;
  neurons: number;
  stages: { stage: string; params?: Record<string, unknown> }[];
  /** Frames that never come. */
  isMissing?: (frame: number) => boolean;
}

/** Runs stages on traces [neuron, frame] as if each neuron were one pixel of a camera. */
export function runTraces(
  counts: ArrayLike<number>,
  { fps, neurons, stages, isMissing }: RunOptions,
): RanTraces {
  const frames = counts.length / neurons;
  const map = cellMapOf(
    Array.from({ length: neurons }, (_, cell) => cell + 1),
    neurons,
    1,
  );
  const pipeline = new CellPipeline(
    { fps, map, neuropil: null },
    parseCellPlan([{ stage: 'roi-traces' }, ...stages]),
  );
  const column = () => new Float64Array(counts.length).fill(Number.NaN);
  const columns = Object.fromEntries(CELL_COLUMNS.map((name) => [name, column()])) as RanTraces['columns'];
  const events: number[][] = Array.from({ length: neurons }, () => []);
  const waveforms: RanTraces['waveforms'] = [];
  for (let id = 0; id < frames; id++) {
    if (isMissing?.(id)) continue;
    const pixels = Float32Array.from({ length: neurons }, (_, cell) => counts[cell * frames + id]!);
    const frame = pipeline.measure(id, id / fps, pixels);
    for (let cell = 0; cell < neurons; cell++) {
      for (const name of CELL_COLUMNS) columns[name][cell * frames + id] = frame.columns[name][cell]!;
      if (frame.event[cell]) events[cell]!.push(id);
    }
    waveforms.push(...frame.waveforms.map((waveform) => ({ ...waveform, toldIn: id })));
  }
  return { columns, events, waveforms };
}
