import { type CalciumRedo, MAX_REDONE_VALUES } from '#protocol/calcium-redo.ts';
import type { RedoQuery } from '#protocol/calcium-redo-query.ts';
import { openRun } from './read-recording.ts';
import { redoOffline } from './redo-cells.ts';

/**
 * What the dashboard shows of a redo.
 * @throws {RecordingError} when the run has no cells that can be read, or the answer would be too long
 * @throws {CalciumError} if the frame rate is not above 2 Hz
 */
export async function redoAnswer(folder: string, { cells, smooth, fps }: RedoQuery): Promise<CalciumRedo> {
  const redone = await redoOffline(await openRun(folder), {
    cells,
    smoothS: smooth,
    ...(fps !== undefined && { fps }),
    mostValues: MAX_REDONE_VALUES,
  });
  const { timeNs, traces, measured, skipped, lost, smoothS } = redone;
  const startNs = timeNs[0] ?? 0n;
  return {
    fps: redone.fps,
    smoothS,
    cells: redone.cells,
    ...{ measured, skipped, lost },
    timeS: Float64Array.from(timeNs, (ns) => Number(ns - startNs) / 1e9),
    traces: traces.map(({ cell, live, offline, correlation }) => ({
      cell,
      live,
      offline: { dff: Float32Array.from(offline.dff), events: offline.events },
      correlation,
    })),
  };
}
