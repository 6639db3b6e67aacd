import type { CalciumRedo } from '#protocol/calcium-redo.ts';
import type { RedoQuery } from '#protocol/calcium-redo-query.ts';
import type { WindowQuery } from '#protocol/recording-window-query.ts';
import type { RecordingWindow } from '#protocol/recordings.ts';
import { wholeBytes } from '#recording/arrow-stream.ts';
import { CELLS_FORMAT } from '#recording/cell-schema.ts';
import { cellCsvParts, csvParts } from '#recording/csv-parts.ts';
import { MotorFile } from '#recording/motor-window.ts';
import { lengthS, readWindow, tracksFit } from '#recording/read-window.ts';
import { TrackIndex } from '#recording/track-index.ts';
import { answerJobs } from './answer-jobs.ts';
import type { RecordingExtent, RecordingResults, RecordingTask, RowKind } from './recordings-jobs.ts';

/** Files whose places are remembered: those that people look at. */
const MOST_INDEXES = 8;

/** What is known of a run: where its tracks lie, and where motors were. */
interface KnownRun {
  tracks: TrackIndex;
  motors: MotorFile;
}

const indexes = new Map<string, KnownRun>();
const streams = new Map<number, AsyncGenerator<string>>();

/** Kept when the redo before is done: two would take twice the memory. */
let redone: Promise<unknown> = Promise.resolve();

function indexOf(path: string): KnownRun {
  const index = indexes.get(path) ?? { tracks: new TrackIndex(path), motors: new MotorFile(path) };
  // The one used last comes last.
  indexes.delete(path);
  indexes.set(path, index);
  if (indexes.size > MOST_INDEXES) indexes.delete(indexes.keys().next().value!);
  return index;
}

async function extent(path: string): Promise<RecordingExtent> {
  const { tracks, motors } = indexOf(path);
  const known = await tracks.refresh();
  const { firstNs, rows, wholeBytes } = known;
  const names = await motors.names();
  return { firstNs, endS: lengthS(known), rows, fits: tracksFit(known), motors: names, wholeBytes };
}

async function windowOf(path: string, query: WindowQuery): Promise<RecordingWindow> {
  const { tracks, motors } = indexOf(path);
  const window = await readWindow(tracks, query);
  const { firstNs } = await tracks.refresh();
  return { ...window, motors: await motors.window(firstNs, query) };
}

async function nextPart(path: string, of: RowKind, stream: number): Promise<string | null> {
  const parts = streams.get(stream) ?? (of === 'cells' ? cellCsvParts(path) : csvParts(path));
  streams.set(stream, parts);
  const { value, done } = await parts.next();
  if (done) streams.delete(stream);
  return done ? null : value;
}

async function endStream(stream: number): Promise<null> {
  await streams.get(stream)?.return(undefined);
  streams.delete(stream);
  return null;
}

function redoNext(folder: string, query: RedoQuery): Promise<CalciumRedo> {
  const answer = redone.then(async () => {
    const { redoAnswer } = await import('#recording/redo-answer.ts');
    return redoAnswer(folder, query);
  });
  redone = answer.catch(() => {});
  return answer;
}

async function exportTracks(folder: string, to: string, isMagScope: boolean): Promise<number> {
  const { exportRun } = await import('#exports/export-run.ts');
  return exportRun(folder, to, isMagScope ? { layout: 'magscope' } : {});
}

function resultOf(task: RecordingTask): Promise<RecordingResults[RecordingTask['type']]> {
  switch (task.type) {
    case 'extent':
      return extent(task.path);
    case 'window':
      return windowOf(task.path, task.query);
    case 'csv-part':
      return nextPart(task.path, task.of, task.stream);
    case 'csv-end':
      return endStream(task.stream);
    case 'cell-bytes':
      return wholeBytes(task.path, CELLS_FORMAT);
    case 'redo':
      return redoNext(task.folder, task.query);
    case 'export':
      return exportTracks(task.folder, task.to, task.isMagScope);
  }
}

answerJobs<RecordingTask>(resultOf);
