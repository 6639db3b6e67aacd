import { ConfigError, ZLutError } from '#protocol/errors.ts';
import { MIN_ROI_SIZE } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutOrigin } from '#protocol/z-lut-origin.ts';
import { planRadii, roiSizeForRadii } from '#stages/plan.ts';
import { cropModel, flipModel, scaleModel, shiftModel } from './edit-model.ts';

/** Changes to a Z-LUT, made in this order. */
export interface ZLutEdit {
  /** Planes outside are left out, nm. */
  fromNm?: number;
  toNm?: number;
  /** Radii to keep, from the center. */
  radii?: number;
  /** Move of the focus in the medium over that of the focus stage, which z is multiplied by. */
  focalShift?: number;
  /** Turns the sign of z. */
  flip?: boolean;
  /** Height that becomes 0, nm. */
  zeroNm?: number;
  /** Added to z, nm. */
  shiftNm?: number;
  /** Facts to set. */
  facts?: ZLutOrigin;
}

export interface EditedZLut {
  zLut: ZLut;
  /** What was done, and what did not survive it, in words. */
  notes: string[];
}

/**
 * A Z-LUT with changes, its model changed alike; each is noted in `origin.edits`.
 * @throws {ZLutError} if too little is left, or the change was made already
 * @throws {ConfigError} if there is nothing to change, or two changes contradict
 */
export function editZLut(zLut: ZLut, edit: ZLutEdit): EditedZLut {
  const { fromNm, toNm, radii, focalShift, flip, zeroNm, shiftNm, facts = {} } = edit;
  if (zeroNm !== undefined && shiftNm !== undefined) {
    throw new ConfigError({ where: '--zero', expected: 'one of --zero and --shift', received: 'both' });
  }
  const edits: string[] = [];
  const notes: string[] = [];
  let changed = zLut;
  if (fromNm !== undefined || toNm !== undefined) {
    changed = cropPlanes(changed, fromNm ?? Number.NEGATIVE_INFINITY, toNm ?? Number.POSITIVE_INFINITY);
    const ends = [changed.planeZNm[0], changed.planeZNm.at(-1)];
    edits.push(`${changed.planes} of ${zLut.planes} planes kept, ${ends[0]} to ${ends[1]} nm`);
    if (zLut.model && !changed.model)
      notes.push('the model is dropped: none of it lies between these planes');
  }
  if (radii !== undefined) {
    changed = cropRadii(changed, radii);
    edits.push(`${radii} of ${zLut.radii} radii kept`);
  }
  if (focalShift !== undefined) {
    changed = applyFocalShift(changed, focalShift);
    edits.push(`z times the focal shift ${focalShift}`);
  }
  if (flip) {
    changed = moveZ(changed, (zNm) => 0 - zNm, flipModel);
    edits.push('sign of z turned');
  }
  const byNm = shiftNm ?? (zeroNm === undefined ? 0 : -zeroNm);
  if (shiftNm !== undefined || zeroNm !== undefined) {
    if (zeroNm !== undefined && !isAmong(changed.planeZNm, zeroNm)) notes.push(outside(changed, zeroNm));
    changed = moveZ(
      changed,
      (zNm) => zNm + byNm,
      (model) => shiftModel(model, byNm),
    );
    edits.push(`${byNm} nm added to z`);
  }
  const isMoved = edits.length > 0;
  edits.push(...Object.entries(facts).map(([name, fact]) => `${name} set to ${JSON.stringify(fact)}`));
  if (edits.length === 0) {
    throw new ConfigError({
      where: 'zlut edit',
      expected: 'something to change',
      received: 'nothing',
      remedy: 'see zlut edit --help',
    });
  }
  const origin: ZLutOrigin = {
    ...changed.origin,
    ...facts,
    edits: [...(changed.origin?.edits ?? []), ...edits],
  };
  if (isMoved && origin.quality) {
    delete origin.quality;
    notes.push('its quality is dropped: it was that of the table before; zlut check finds it anew');
  }
  return { zLut: { ...changed, origin }, notes: [...edits, ...notes] };
}

function isAmong(planeZNm: Float64Array, zNm: number): boolean {
  const ends = [planeZNm[0]!, planeZNm.at(-1)!];
  return zNm >= Math.min(...ends) && zNm <= Math.max(...ends);
}

/** A zero that is meant of the heights before they were turned or scaled lies far off. */
function outside({ planeZNm }: ZLut, zeroNm: number): string {
  const [first, last] = [planeZNm[0]!, planeZNm.at(-1)!];
  return `${zeroNm} nm, now 0, is none of the heights that were from ${first} to ${last} nm by then`;
}

function cropPlanes(zLut: ZLut, fromNm: number, toNm: number): ZLut {
  const { name, radii, planeZNm, profiles, model, ...rest } = zLut;
  const kept = [...planeZNm.keys()].filter((plane) => planeZNm[plane]! >= fromNm && planeZNm[plane]! <= toNm);
  if (kept.length < 8) {
    throw new ZLutError({
      where: [name, ...limitOf('from', fromNm), ...limitOf('to', toNm)].join(' '),
      expected: 'at least 8 planes',
      received: `${kept.length} of ${zLut.planes}, which are from ${planeZNm[0]} to ${planeZNm.at(-1)} nm`,
    });
  }
  // z is monotonic, so these are neighbors.
  const [first, end] = [kept[0]!, kept.at(-1)! + 1];
  const keptZNm = planeZNm.slice(first, end);
  const trimmed = model && cropModel(model, Math.min(...keptZNm), Math.max(...keptZNm));
  return {
    ...{ ...rest, name, radii },
    planes: kept.length,
    planeZNm: keptZNm,
    profiles: profiles.slice(first * radii, end * radii),
    ...(trimmed && { model: trimmed }),
  };
}

const limitOf = (name: string, nm: number) => (Number.isFinite(nm) ? [`${name} ${nm} nm`] : []);

function cropRadii(zLut: ZLut, radii: number): ZLut {
  const { name, method, profiles } = zLut;
  if (radii < 4 || radii > zLut.radii) {
    throw new ZLutError({
      where: `${name} radii`,
      expected: `4 to ${zLut.radii}`,
      received: `${radii}`,
    });
  }
  const kept = new Float64Array(zLut.planes * radii);
  for (let plane = 0; plane < zLut.planes; plane++) {
    kept.set(profiles.subarray(plane * zLut.radii, plane * zLut.radii + radii), plane * radii);
  }
  // The model is of images, not of rings: it stays.
  const cropped = { ...zLut, radii, profiles: kept };
  return method ? { ...cropped, method: { ...method, roiSize: roiSizeOf(zLut, radii) } } : cropped;
}

/** px of the ROIs whose profiles are the inner radii of those of larger ones. */
function roiSizeOf({ name, method }: ZLut, radii: number): number {
  const { stage, params, roiSize } = method!;
  if (stage !== 'radial-profile') {
    throw new ZLutError({
      where: `${name} radii`,
      expected: 'rings around the bead, which can be left out from the outside',
      received: `profiles of ${stage}`,
      remedy: 'build it again with smaller ROIs',
    });
  }
  const plan = [{ stage, params }];
  const size = roiSizeForRadii(plan, radii);
  if (size !== undefined && size <= roiSize) return size;
  const possible = [];
  for (let smaller = roiSize; smaller >= MIN_ROI_SIZE; smaller -= 2) possible.push(planRadii(plan, smaller));
  throw new ZLutError({
    where: `${name} radii`,
    expected: `as many as an ROI of even size has: ${possible.join(', ')}`,
    received: `${radii}`,
  });
}

function applyFocalShift(zLut: ZLut, factor: number): ZLut {
  const known = zLut.origin?.focalShift;
  if (!(factor > 0 && Number.isFinite(factor))) {
    throw new ConfigError({ where: '--focal-shift', expected: 'a factor above 0', received: `${factor}` });
  }
  if (known?.applied) {
    throw new ZLutError({
      where: `${zLut.name} focal shift`,
      expected: 'a Z-LUT of which z is that of the focus stage',
      received: `one that holds the factor ${known.factor} already`,
      remedy: 'apply another factor to the file it was made of, from before that edit',
    });
  }
  const scaled = moveZ(
    zLut,
    (zNm) => zNm * factor,
    (model) => scaleModel(model, factor),
  );
  return { ...scaled, origin: { ...zLut.origin, focalShift: { factor, applied: true } } };
}

function moveZ(
  zLut: ZLut,
  place: (zNm: number) => number,
  placeModel: (model: NonNullable<ZLut['model']>) => NonNullable<ZLut['model']>,
): ZLut {
  const moved = { ...zLut, planeZNm: zLut.planeZNm.map(place) };
  return zLut.model ? { ...moved, model: placeModel(zLut.model) } : moved;
}
