import { CELL_COLUMNS, type CellColumn } from '#protocol/calcium-live.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';
import type { FrameToMeasure } from './calcium-host.ts';
import type { MeasuredReply } from './calcium-messages.ts';

/**
 * Frames of a reply from `row` on, as sinks see them: views of what the thread sent.
 *
 * Courses of events are told with the last frames of the reply, since they are complete by then.
 */
export function measuredCells(
  { measuredNs, values, events, waveforms }: MeasuredReply,
  row: number,
  frames: readonly FrameToMeasure[],
  cells: Uint16Array,
): MeasuredCells {
  const ofColumn = measuredNs.length * cells.length;
  const from = row * cells.length;
  const to = from + frames.length * cells.length;
  const columns = {} as Record<CellColumn, Float32Array>;
  for (const [index, name] of CELL_COLUMNS.entries()) {
    columns[name] = values.subarray(index * ofColumn + from, index * ofColumn + to);
  }
  return {
    frames: frames.map(({ id, timeNs, receivedNs }, index) => {
      return { id, timeNs, receivedNs, measuredNs: measuredNs[row + index]! };
    }),
    cells,
    columns,
    events: events.subarray(from, to),
    waveforms: row + frames.length === measuredNs.length ? waveforms : [],
  };
}
