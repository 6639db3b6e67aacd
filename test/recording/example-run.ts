import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { TrackColumns } from '#recording/track-block.ts';
import { FACTS, trackedBatch } from '../support/kill-child-batch.ts';

export { FACTS, trackedBatch };

/** A new folder and how to remove it. */
export function removableFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tweezertrack-recording-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A folder of its own for one test, gone afterwards. */
export function testFolder(): string {
  const { folder, remove } = removableFolder();
  onTestFinished(remove);
  return folder;
}

/** One row as plain values. */
export type Row = [number, bigint, number, number, number, number, number, number];

/** Rows of all batches. */
export async function allRows(batches: AsyncIterable<TrackColumns>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { rows: count, frame, timeNs, bead, xPx, yPx, zNm, score, status } of batches) {
    for (let row = 0; row < count; row++) {
      rows.push([
        frame[row]!,
        timeNs[row]!,
        bead[row]!,
        xPx[row]!,
        yPx[row]!,
        zNm[row]!,
        score[row]!,
        status[row]!,
      ]);
    }
  }
  return rows;
}

/** Rows that a recording of `trackedBatch(first, frames, beads)` must hold. */
export function expectedRows(first: number, frames: number, beads: number): Row[] {
  const { frames: ids, rois, table } = trackedBatch(first, frames, beads);
  return ids.flatMap(({ id, timeNs }, frame) =>
    rois.map(({ bead }, index): Row => {
      const row = frame * beads + index;
      return [
        id,
        timeNs,
        bead,
        table.xPx[row]!,
        table.yPx[row]!,
        table.zNm[row]!,
        Math.fround(table.score[row]!),
        table.status[row]!,
      ];
    }),
  );
}
