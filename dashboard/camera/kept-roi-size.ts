import type { LiveBead } from '#protocol/live.ts';

const MOST_NAMED = 3;

/** Why beads keep their ROI size though another is asked for, and what to do about it; null where nothing holds it. */
export function whySizeIsKept(beads: readonly LiveBead[], size: number): string | null {
  const held = beads.filter((bead) => bead.zLut !== null && bead.size !== size);
  const [first] = held;
  if (!first) return null;
  const named = held.slice(0, MOST_NAMED).map(({ bead }) => bead);
  const others = held.length - named.length;
  const which =
    held.length === 1
      ? `Bead ${first.bead} keeps its ${first.size} px: its Z-LUT ${first.zLut} holds for that ROI size.`
      : `Beads ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''} keep their ROI size: their Z-LUTs hold for it.`;
  return `${which} Remove ${held.length === 1 ? 'it' : 'them'} in the view Z-LUT first, then change the size, and calibrate again or assign a Z-LUT of the new size.`;
}
