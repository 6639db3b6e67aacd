import { OutputFile } from './output-file.ts';
import { openRun } from './read-recording.ts';
import { type RedoneRun, type RedoneTrace, redoOffline } from './redo-cells.ts';

const HEADER = 'frame,time_s,cell,counts,dff,event,live_dff,live_event\n';

const ROWS_PER_WRITE = 8192;

/** In memory at a time, at some 25 bytes each: the cells of a larger run are read in groups. */
const MOST_VALUES = 1 << 21;

export interface RedoCsvOptions {
  fps?: number;
  smoothS: number;
  /** Cells times frames in memory at most, but for one cell that has more. */
  mostValues?: number;
}

/** What was redone. */
export type RedoCsvSummary = Omit<RedoneRun, 'traces' | 'timeNs'> & { events: number; liveEvents: number };

/**
 * Redoes a run and writes a row a cell and frame, cell by cell; what is not known is an empty field. However many cells
 * a run has, `mostValues` of it are in memory at a time.
 * @throws {OutputExistsError} when the CSV exists
 * @throws {RecordingError} when the run has no cells that can be read, or the CSV cannot be written
 * @throws {CalciumError} if the frame rate is not above 2 Hz
 */
export async function redoToCsv(
  source: string,
  csvPath: string,
  { mostValues = MOST_VALUES, ...options }: RedoCsvOptions,
): Promise<RedoCsvSummary> {
  const run = await openRun(source);
  const { traces: _, timeNs, ...summary } = await redoOffline(run, { ...options, cells: [] });
  const { cells, firstFrame, frames } = summary;
  const atOnce = Math.max(1, Math.floor(mostValues / Math.max(1, frames)));
  let [events, liveEvents] = [0, 0];
  // A run under way grows meanwhile.
  const limit = 2 * Math.max(mostValues, frames);
  const redoFrom = (first: number) =>
    redoOffline(run, { ...options, cells: cells.slice(first, first + atOnce), mostValues: limit });
  // The first before there is a file: a wrong frame rate must not leave an empty one behind.
  let redone = await redoFrom(0);
  const file = new OutputFile(csvPath, false);
  try {
    file.write(Buffer.from(HEADER));
    for (let first = 0; first < cells.length; first += atOnce) {
      if (first > 0) redone = await redoFrom(first);
      for (const trace of redone.traces) {
        const linesOf = redoLines(trace, timeNs, firstFrame);
        for (let from = 0; from < frames; from += ROWS_PER_WRITE) {
          file.write(Buffer.from(linesOf(from, Math.min(frames, from + ROWS_PER_WRITE))));
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

/** Lines of rows [from, to) of one cell; a run under way may have more frames by now than `timeNs`. */
function redoLines(
  { cell, counts, live, offline }: RedoneTrace,
  timeNs: BigInt64Array,
  firstFrame: number,
): (from: number, to: number) => string {
  const [events, liveEvents] = [new Set(offline.events), new Set(live.events)];
  const known = (value: number) => (Number.isNaN(value) ? '' : value);
  const mark = (marked: Set<number>, at: number) => (marked.has(at) ? 1 : 0);
  return (from, to) => {
    let lines = '';
    for (let at = from; at < to; at++) {
      lines += `${firstFrame + at},${Number(timeNs[at]! - timeNs[0]!) / 1e9},${cell},${known(counts[at]!)},`;
      lines += `${known(offline.dff[at]!)},${mark(events, at)},${known(live.dff[at]!)},${mark(liveEvents, at)}\n`;
    }
    return lines;
  };
}
