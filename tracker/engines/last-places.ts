import type { Roi } from '#protocol/roi.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { warmStep } from '#stages/plan-needs.ts';
import type { EngineSetup } from './engine.ts';

/** [bead] where each was in the last frame that is known, px of the full frame and nm; NaN where it was not well behaved. */
export interface LastPlaces {
  readonly xPx: Float64Array;
  readonly yPx: Float64Array;
  readonly zNm: Float64Array;
}

/** Of a bead that is where the fit says nevertheless, as far as any seed can tell. */
const HARMLESS = TRACK_STATUS['poor-fit'] | TRACK_STATUS.saturated;

/** Whether the next fit of a bead of this status may start where it is. */
export function isBehaved(status: number): boolean {
  return (status & ~HARMLESS) === 0;
}

/** Step of the plan that starts where beads were last; -1 where none does, as where the profiles of others are asked for. */
export function warmStepOf({ plan, profiles }: EngineSetup): number {
  return profiles ? -1 : warmStep(plan);
}

/** Places of beads that have not been seen; null where the plan does not start there. */
export function createLastPlaces(setup: EngineSetup): LastPlaces | null {
  if (warmStepOf(setup) < 0) return null;
  const column = () => new Float64Array(setup.rois.length).fill(Number.NaN);
  return { xPx: column(), yPx: column(), zNm: column() };
}

/** Takes the places of a frame of a table. */
export function noteLastPlaces(places: LastPlaces, table: TrackTable, frame: number): void {
  for (let bead = 0; bead < table.beads; bead++) {
    const row = frame * table.beads + bead;
    const isKnown = isBehaved(table.status[row]!);
    places.xPx[bead] = isKnown ? table.xPx[row]! : Number.NaN;
    places.yPx[bead] = isKnown ? table.yPx[row]! : Number.NaN;
    places.zNm[bead] = isKnown ? table.zNm[row]! : Number.NaN;
  }
}

/** The same places of the beads whose ROIs stay where they are; the others have not been seen. */
export function keptLastPlaces(places: LastPlaces, from: readonly Roi[], to: readonly Roi[]): LastPlaces {
  const stays = (bead: number) => from[bead]!.left === to[bead]!.left && from[bead]!.top === to[bead]!.top;
  const column = (values: Float64Array) => values.map((value, bead) => (stays(bead) ? value : Number.NaN));
  return { xPx: column(places.xPx), yPx: column(places.yPx), zNm: column(places.zNm) };
}
