import { MOST_CELL_VALUES } from './cell-traces.ts';
import { OutputFile } from './output-file.ts';
import { openRun } from './read-recording.ts';
import { type RedoneRun, type RedoneTrace, redoOffline } from './redo-cells.ts';

const HEADER = 'frame,time_s,cell,counts,dff,event,live_dff,live_event\n';

const ROWS_PER_WRITE = 8192;

/** In memory at a time; half of what may be, since a run under way grows meanwhile. */
const MOST_VALUES = MOST_CELL_VALUES / 2;

export interface RedoCsvOptions {
  fps?: number;
  smoothS: number;
  force?: boolean;
  /** Cells times frames in memory at most. */
  mostValues?: number;
}

/** What was redone. */
export type RedoCsvSummary = Omit<RedoneRun, 'traces' | 'timeNs'> & { events: number; liveEvents: number };

/**
 * Redoes a run and writes a row a cell and frame, cell by cell; what is not known is an empty field.
 * @throws {OutputExistsError} when the CSV exists and `force` is not set
 * @throws {RecordingError} when the run has no cells that can be read, or the CSV cannot be written
 * @throws {CalciumError} if the frame rate is not above 2 Hz
 */
export async function redoToCsv(
  source: string,
  csvPath: string,
  { force = false, mostValues = MOST_VALUES, ...options }: RedoCsvOptions,
): Promise<RedoCsvSummary> {
  const run = await openRun(source);
  const { traces: _, timeNs, ...summary } = await redoOffline(run, { ...options, cells: [] });
  const { cells, firstFrame, frames } = summary;
  const atOnce = Math.max(1, Math.floor(mostValues / Math.max(1, frames)));
  let [events, liveEvents] = [0, 0];
  const startNs = timeNs[0] ?? 0n;
  const file = new OutputFile(csvPath, force);
  try {
    file.write(Buffer.from(HEADER));
    for (let first = 0; first < cells.length; first += atOnce) {
      const some = cells.slice(first, first + atOnce);
      const redone = await redoOffline(run, { ...options, cells: some });
      for (const trace of redone.traces) {
        // A run under way has more frames by now.
        const rowsOf = redoLines(trace, timeNs, startNs, firstFrame);
        for (let from = 0; from < frames; from += ROWS_PER_WRITE) {
          file.write(Buffer.from(rowsOf(from, Math.min(frames, from + ROWS_PER_WRITE))));
        }
        events += trace.offline.events.length;
        liveEvents += trace.live.events.length;
      }
    }
  } finally {
    file.close();
  }
  return { ...summary, events, liveEvents };
}

function redoLines(
  { cell, counts, live, offline }: RedoneTrace,
  timeNs: BigInt64Array,
  startNs: bigint,
  firstFrame: number,
): (from: number, to: number) => string {
  const [events, liveEvents] = [new Set(offline.events), new Set(live.events)];
  const known = (value: number) => (Number.isNaN(value) ? '' : value);
  const mark = (marked: Set<number>, at: number) => (marked.has(at) ? 1 : 0);
  return (from, to) => {
    let lines = '';
    for (let at = from; at < to; at++) {
      lines += `${firstFrame + at},${Number(timeNs[at]! - startNs) / 1e9},${cell},${known(counts[at]!)},`;
      lines += `${known(offline.dff[at]!)},${mark(events, at)},${known(live.dff[at]!)},${mark(liveEvents, at)}\n`;
    }
    return lines;
  };
}
