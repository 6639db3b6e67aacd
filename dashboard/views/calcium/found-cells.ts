import { type CellMap, cellLabels } from '#protocol/cell-map.ts';
import type { Roi } from '#protocol/roi.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { choices } from './choices.ts';

let known: { found: CellMap; clear: boolean; rois: readonly Roi[]; map: CellMap } | null = null;

/** What was found last and is not taken yet, as a person wants it; the same object until that changes. */
export function foundCells({ calcium, beads }: LiveStore): CellMap | null {
  const found = calcium.found.value?.map;
  if (!found) return null;
  const [clear, rois] = [choices.clearOfBeads.value, beads.value];
  if (known?.found !== found || known.clear !== clear || known.rois !== rois) {
    known = { found, clear, rois, map: clear ? clearOf(found, rois) : found };
  }
  return known.map;
}

/** The cells of a map of which no pixel lies in an ROI. */
export function clearOf(map: CellMap, rois: readonly Roi[]): CellMap {
  const { width, height, runs } = map;
  const labels = cellLabels(map);
  const touched = new Set<number>();
  for (const { left, top, size } of rois) {
    for (let row = Math.max(0, top); row < Math.min(height, top + size); row++) {
      const [first, end] = [Math.max(0, left), Math.min(width, left + size)];
      for (let column = first; column < end; column++) touched.add(labels[row * width + column]!);
    }
  }
  const kept: number[] = [];
  for (let run = 0; run < runs.length; run += 3) {
    if (!touched.has(runs[run + 2]!)) kept.push(runs[run]!, runs[run + 1]!, runs[run + 2]!);
  }
  return { width, height, runs: Uint32Array.from(kept) };
}
