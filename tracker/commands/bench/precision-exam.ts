import type { PresetName } from '#stages/presets.ts';
import type { PrecisionGrid, PrecisionPoint } from './measure-precision.ts';

/** What a preset got wrong in all frames of a grid. */
export interface ExamResult {
  preset: PresetName;
  frames: number;
  lost: number;
  false: number;
  flagged: number;
  lostPer10000: number;
  /** Root mean square over the points, of their standard deviations of error over stated sigma; null where none is. */
  sigmaSpread: number | null;
  /** Smallest and largest of a point. */
  sigmaSpreads: [number, number] | null;
}

/** Frames of every point, so that the grid has at least so many of each preset. */
export function examFrames(
  { radiiNm, zNm, photons, rois }: Omit<PrecisionGrid, 'frames'>,
  frames: number,
): number {
  return Math.ceil(frames / (radiiNm.length * zNm.length * photons.length * rois.length));
}

/** @param frames of every point */
export function examResults(points: readonly PrecisionPoint[], frames: number): ExamResult[] {
  return [...new Set(points.map(({ preset }) => preset))].map((preset) => {
    const ofPreset = points.filter((point) => point.preset === preset);
    const sum = (of: (point: PrecisionPoint) => number) =>
      ofPreset.reduce((all, point) => all + of(point), 0);
    const all = frames * ofPreset.length;
    const lost = sum((point) => point.lost);
    const spreads = ofPreset.map(({ sigmaSpread }) => sigmaSpread).filter((spread) => spread !== null);
    const squares = spreads.reduce((total, spread) => total + spread ** 2, 0);
    return {
      preset,
      frames: all,
      lost,
      false: sum((point) => point.false),
      flagged: sum(({ flagged }) => flagged),
      lostPer10000: (1e4 * lost) / all,
      sigmaSpread: spreads.length > 0 ? Math.sqrt(squares / spreads.length) : null,
      sigmaSpreads: spreads.length > 0 ? [Math.min(...spreads), Math.max(...spreads)] : null,
    };
  });
}

/** A sentence a preset. */
export function examText(results: readonly ExamResult[]): string {
  return results
    .map((result) => {
      const { preset, frames, lost, lostPer10000, flagged, sigmaSpread, sigmaSpreads } = result;
      const stated = sigmaSpreads
        ? `; error over stated sigma ${sigmaSpread!.toFixed(3)} (${sigmaSpreads.map((spread) => spread.toFixed(2)).join(' to ')})`
        : '';
      return `${preset}: of ${frames} frames ${lost} lost (${lostPer10000.toFixed(2)} in 10,000), ${result.false} false, ${flagged} flagged${stated}`;
    })
    .join('\n');
}
