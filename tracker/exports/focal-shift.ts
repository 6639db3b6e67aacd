import { join } from 'node:path';
import { readZLut } from '#protocol/z-lut-file.ts';
import type { Run } from '#recording/read-recording.ts';
import { readZLutUses, type ZLutUse } from '#recording/z-lut-history.ts';

/** What z of a bead is to be multiplied with, by the Z-LUT it was tracked with. */
export interface FocalShifts {
  /** 1 where the planes of the Z-LUT hold the shift already, NaN where it is not known. */
  factorAt(bead: number, frame: number): number;
}

/**
 * The focal shifts that the Z-LUTs of a run tell; null where none does.
 * @throws {RecordingError} when the record of the run cannot be read
 */
export async function focalShifts(run: Run): Promise<FocalShifts | null> {
  const uses = await readZLutUses(run);
  const factors = new Map<string, number>();
  for (const file of new Set(uses.flatMap((use) => use.file ?? []))) {
    // A Z-LUT that is gone or broken says nothing; the facts of the export name it.
    const shift = await readZLut(join(run.folder, file)).then(
      ({ origin }) => origin?.focalShift,
      () => undefined,
    );
    if (shift) factors.set(file, shift.applied ? 1 : shift.factor);
  }
  if (factors.size === 0) return null;
  const byBead = new Map<number, ZLutUse[]>();
  for (const use of uses) byBead.set(use.bead, [...(byBead.get(use.bead) ?? []), use]);
  return {
    factorAt(bead, frame) {
      const file = byBead.get(bead)?.findLast((use) => use.frame <= frame)?.file;
      return (file && factors.get(file)) || Number.NaN;
    },
  };
}
