import { z } from 'zod';
import type { NeuropilRing } from '#protocol/calcium-live.ts';
import type { CellMap } from '#protocol/cell-map.ts';

/** What cells are measured with. */
export interface CellFacts {
  /** Frames a second that time constants hold for. */
  fps: number;
  map: CellMap;
  neuropil: NeuropilRing | null;
  steps: readonly { stage: string; params: Record<string, unknown> }[];
}

const counts = z.number().int().nonnegative();

/** What `run.json` says of the cells of a run; absent where none was measured. */
export const cellRecord = z.object({
  /** What cells were measured with from a frame on; what the stages remember began anew with each. */
  settings: z.array(
    z.object({
      frame: counts,
      /** [row, column] numbers of the cells, 0 outside; a file inside the run folder. */
      file: z.string(),
      cells: counts,
      fps: z.number(),
      neuropil: z.object({ width: z.number(), gap: z.number(), share: z.number() }).nullable(),
      steps: z.array(z.object({ stage: z.string(), params: z.record(z.string(), z.unknown()) })),
    }),
  ),
  /** Null until the run has ended. */
  frames: z.object({ measured: counts, skipped: counts, lost: counts }).nullable(),
  /** Rows of `cells.arrows`; null until the run has ended. */
  rows: z.object({ written: counts, lost: counts }).nullable(),
});

export type CellRecord = z.output<typeof cellRecord>;

/** What cells were measured with from a frame on. */
export type CellSettings = CellRecord['settings'][number];
