import { FRAME_FATES } from '#protocol/frame-fate.ts';

/** Frames of one fate that should not have been met. */
export interface Drop {
  reason: string;
  /** What happened to them, in a sentence. */
  meaning: string;
  frames: number;
}

// Counted as dropped is all that the tracker does not call good, so that a new reason is never hidden.
const GOOD = new Set(['offered', 'tracked', 'in-flight']);
const MEANINGS: Readonly<Record<string, string>> = FRAME_FATES;

/** Every reason for which frames can be missing, those without a frame included, and their sum. */
export function droppedFrames(ledger: Record<string, number>): { drops: Drop[]; total: number } {
  const drops = Object.entries(ledger)
    .filter(([reason]) => !GOOD.has(reason))
    .map(([reason, frames]) => ({ reason, meaning: MEANINGS[reason] ?? reason, frames }));
  return { drops, total: drops.reduce((sum, { frames }) => sum + frames, 0) };
}
