import type { EngineSetup } from '#engines/engine.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';

/** Planes at either end that a check leaves out of every useful range: a lookup says `lut-end` there by itself. */
const END_PLANES = 1;

const EVERY_HEIGHT = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

const known = new WeakMap<ZLut, readonly [number, number]>();

/** Sets `ambiguous` where z is in a part of its Z-LUT that its check left out, because another part can be taken for it. */
export function flagUntrustedHeights({ zLuts, zLutOfBead }: EngineSetup, table: TrackTable): void {
  for (const [bead, index] of zLutOfBead.entries()) {
    const zLut = zLuts[index];
    if (!zLut?.origin?.quality?.usefulRangeNm) continue;
    const [low, high] = trustedRangeNm(zLut);
    for (let row = bead; row < table.zNm.length; row += table.beads) {
      const zNm = table.zNm[row]!;
      if (zNm < low || zNm > high) table.status[row]! |= TRACK_STATUS.ambiguous;
    }
  }
}

/** Lowest and highest z that nothing else is taken for; infinite where the useful range goes on to the end. */
function trustedRangeNm(zLut: ZLut): readonly [number, number] {
  const before = known.get(zLut);
  if (before) return before;
  const [low, high] = zLut.origin?.quality?.usefulRangeNm ?? EVERY_HEIGHT;
  const isCut = (leftOut: (zNm: number) => boolean) => zLut.planeZNm.filter(leftOut).length > END_PLANES;
  const range = [
    isCut((zNm) => zNm < low) ? low : EVERY_HEIGHT[0],
    isCut((zNm) => zNm > high) ? high : EVERY_HEIGHT[1],
  ] as const;
  known.set(zLut, range);
  return range;
}
