import type { NewestPoints } from '#protocol/live.ts';
import { makeTrace } from '#protocol/trace-columns.ts';

/** Room for the newest point of every bead. */
export function createNewest(beads: number, fits: boolean): NewestPoints {
  const { timeS: _, ...columns } = makeTrace(fits, () => new Float64Array(beads));
  return {
    ...columns,
    beads: new Uint32Array(beads),
    status: new Uint16Array(beads),
    noiseXPx: new Float64Array(beads),
    noiseYPx: new Float64Array(beads),
    noiseZNm: new Float64Array(beads),
  };
}
