import { ZLutError } from './errors.ts';
import { checkPlaneZ, type ProfileMethod, type ZLut } from './z-lut.ts';
import { MOST_VALUES } from './z-lut-header.ts';

/** Three int32: beads, planes, radii. */
const HEADER_BYTES = 12;

/** z of the planes of a file that does not hold them: the first, and from each to the next. */
export interface PlaneSteps {
  startNm: number;
  stepNm: number;
}

/**
 * Reads the Z-LUTs of qtrk's `.radialzlut`: int32 beads, planes and radii, then float32 [bead, plane, radius], each
 * profile without its mean and scaled to a variance of 1. The file says neither z nor how far apart its radii are.
 * @returns [bead], of a method of their own, so that no bead of ours is looked up in them by mistake
 * @throws {ZLutError} if the file is cut off, foreign, or its sizes are no Z-LUT's
 */
export function decodeQtrkZLuts(bytes: Uint8Array, name: string, { startNm, stepNm }: PlaneSteps): ZLut[] {
  const { beads, planes, radii } = qtrkSizes(bytes, name);
  const planeZNm = Float64Array.from({ length: planes }, (_, plane) => startNm + plane * stepNm);
  checkPlaneZ(`${name} z`, planeZNm);
  const values = new Float32Array(new Uint8Array(bytes.subarray(HEADER_BYTES)).buffer);
  const method: ProfileMethod = { stage: 'qtrk', params: {}, roiSize: 2 * radii };
  return Array.from({ length: beads }, (_, bead) => ({
    name: beads === 1 ? name : `${name} bead ${bead}`,
    ...{ planes, radii, method },
    planeZNm: planeZNm.slice(),
    profiles: Float64Array.from(values.subarray(bead * planes * radii, (bead + 1) * planes * radii)),
  }));
}

/** @throws {ZLutError} if the sizes at the start of the file are not those of the file */
export function qtrkSizes(bytes: Uint8Array, name: string): { beads: number; planes: number; radii: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [beads, planes, radii] = [0, 4, 8].map((at) =>
    at + 4 <= bytes.length ? view.getInt32(at, true) : 0,
  ) as [number, number, number];
  const isZLut = beads >= 1 && planes >= 8 && radii >= 4 && beads * planes * radii <= MOST_VALUES;
  const expected = isZLut ? HEADER_BYTES + 4 * beads * planes * radii : 0;
  if (isZLut && bytes.length === expected) return { beads, planes, radii };
  throw new ZLutError({
    where: name,
    expected: isZLut
      ? `${expected} bytes (${beads} beads x ${planes} planes x ${radii} radii of qtrk)`
      : `a .radialzlut file of qtrk: at least 1 bead, 8 planes and 4 radii, at most ${MOST_VALUES} values`,
    received: isZLut ? `${bytes.length} bytes` : `${beads} beads, ${planes} planes, ${radii} radii`,
    ...(isZLut && bytes.length < expected && { remedy: 'the file is cut off: copy it again' }),
  });
}

/**
 * A `.radialzlut` of Z-LUTs [bead] of as many planes and radii; their values as they are, rounded to float32.
 * @throws {ZLutError} if they have different numbers of planes or radii
 */
export function encodeQtrkZLuts(zLuts: readonly ZLut[]): Uint8Array {
  const { planes, radii } = zLuts[0]!;
  const odd = zLuts.find((zLut) => zLut.planes !== planes || zLut.radii !== radii);
  if (odd) {
    throw new ZLutError({
      where: odd.name,
      expected: `${planes} planes and ${radii} radii, as ${zLuts[0]!.name}`,
      received: `${odd.planes} planes and ${odd.radii} radii`,
      remedy: 'the Z-LUTs of one .radialzlut are of one size: zlut edit crops',
    });
  }
  const file = new Uint8Array(HEADER_BYTES + 4 * zLuts.length * planes * radii);
  new Int32Array(file.buffer, 0, 3).set([zLuts.length, planes, radii]);
  for (const [bead, { profiles }] of zLuts.entries()) {
    new Float32Array(file.buffer, HEADER_BYTES + 4 * bead * planes * radii, planes * radii).set(profiles);
  }
  return file;
}
