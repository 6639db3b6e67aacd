import type { LiveBead } from '#protocol/live.ts';

const MOST_NAMED = 3;

/** What is asked before beads get ROIs that their Z-LUTs do not hold for. */
export interface LossOfZ {
  title: string;
  consequence: string;
  yes: string;
}

/** What beads lose with ROIs of another size; null where they lose nothing. */
export function lossOfZ(beads: readonly LiveBead[], size: number): LossOfZ | null {
  const unfit = beads.filter((bead) => bead.zLut !== null && bead.size !== size);
  const [first] = unfit;
  if (!first) return null;
  const yes = `Change to ${size} px without z`;
  if (unfit.length === 1) {
    return {
      title: `Change the ROI of bead ${first.bead} to ${size} px and take its Z-LUT off?`,
      consequence: `Its Z-LUT ${first.zLut} holds for ROIs of ${first.size} px. The bead goes on as itself, with its trace, but has no z until it is calibrated again or assigned a Z-LUT of ${size} px in the view Z-LUT. Undo brings back the size, not the Z-LUT.`,
      yes,
    };
  }
  const named = unfit.slice(0, MOST_NAMED).map(({ bead }) => bead);
  const others = unfit.length - named.length;
  const which = `${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
  return {
    title: `Change the ROIs of beads ${which} to ${size} px and take their Z-LUTs off?`,
    consequence: `Their Z-LUTs hold for the ROIs they have. The beads go on as themselves, with their traces, but have no z until they are calibrated again or assigned Z-LUTs of ${size} px in the view Z-LUT. Undo brings back the sizes, not the Z-LUTs.`,
    yes,
  };
}
