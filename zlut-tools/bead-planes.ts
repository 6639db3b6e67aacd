import { ZLutError } from '#protocol/errors.ts';
import type { Pass } from './passes.ts';
import type { SweepMotion } from './reference-drift.ts';
import { mergePasses, type Planes, resamplePlanes, smoothPlanes } from './sweep-planes.ts';
import type { BeadVisit } from './sweep-visits.ts';

/** How planes are made of the frames of a sweep. */
export interface PlanesAsked {
  /** Smooths along z with this standard deviation. */
  smoothNm?: number | undefined;
  /** Puts the planes on even heights this far apart. */
  resampleNm?: number | undefined;
  /** Takes one way through the planes only. */
  onlyPass?: number | undefined;
}

/** Fewest planes a lookup can use: its parabola needs room on both sides. */
const MIN_PLANES = 8;

/**
 * Planes of a bead, as they are asked for.
 * @param visits [pass][visit]
 * @throws {ZLutError} with too few planes, when more than half of them have no frame, or no such pass was recorded
 */
export function beadPlanes(
  visits: readonly BeadVisit[][],
  passes: readonly Pass[],
  motion: SweepMotion,
  startTime: number,
  name: string,
  { onlyPass, smoothNm, resampleNm }: PlanesAsked,
) {
  const only = onlyPass === undefined ? null : visits[onlyPass];
  if (only === undefined) {
    const received = `pass ${onlyPass} of ${passes.length}`;
    throw new ZLutError({ where: name, expected: 'a pass that was recorded', received });
  }
  const merged = only
    ? {
        ...mergePasses([only], passes.slice(0, 1), motion, startTime),
        passes: [onlyPass!],
        why: 'one pass was asked for',
      }
    : mergePasses(visits, passes, motion, startTime);
  const wanted = merged.passes.flatMap((pass) => passes[pass]!.visits.map(({ planeZNm }) => planeZNm));
  const present = new Set(merged.passes.flatMap((pass) => visits[pass]!.map(({ planeZNm }) => planeZNm)));
  const missingZNm = [...new Set(wanted)].filter((zNm) => !present.has(zNm)).sort((a, b) => a - b);
  checkEnough(name, present.size, missingZNm);
  const radii = visits.flat()[0]!.profile.length;
  let planes: Planes = merged;
  if (smoothNm !== undefined) planes = smoothPlanes(planes, radii, smoothNm);
  if (resampleNm !== undefined) planes = resamplePlanes(planes, radii, resampleNm);
  if (planes.zNm.length < MIN_PLANES) checkEnough(name, planes.zNm.length, []);
  const { passes: taken, why } = merged;
  return { zNm: planes.zNm, profiles: planes.profiles, missingZNm, passes: taken, why };
}

function checkEnough(name: string, planes: number, missingZNm: readonly number[]): void {
  if (missingZNm.length > planes) {
    throw new ZLutError({
      where: `${name} plane z ${missingZNm[0]} nm`,
      expected: 'the bead in at least one frame, as in most planes',
      received: `none in ${missingZNm.length} of ${planes + missingZNm.length} planes`,
      remedy: 'move the ROI onto the bead, or leave these planes out',
    });
  }
  if (planes >= MIN_PLANES) return;
  throw new ZLutError({
    where: name,
    expected: `frames at ${MIN_PLANES} or more heights`,
    received: `${planes}`,
    remedy: 'record a focal sweep with more planes, or check the plane z',
  });
}
