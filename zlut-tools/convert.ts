import { ConfigError } from '#protocol/errors.ts';
import { describeMethod, type ZLut } from '#protocol/z-lut.ts';
import { formatOfName, type ZLutFormat } from '#protocol/z-lut-file.ts';

/** Stands in the name of a file for the number of the bead. */
const BEAD = '{bead}';

/** A file to write, and the Z-LUTs it is to hold. */
export interface ZLutOutput {
  path: string;
  zLuts: ZLut[];
}

/**
 * Which Z-LUT goes into which file: one into one, several into a .radialzlut, or each into its own when the name has
 * `{bead}` in it.
 * @param bead the one to take, counted from 0
 * @throws {ConfigError} if there is no such bead, or the file cannot hold so many
 */
export function planOutputs(zLuts: readonly ZLut[], path: string, bead?: number): ZLutOutput[] {
  assertFormat(path);
  const chosen = bead === undefined ? [...zLuts] : zLuts.slice(bead, bead + 1);
  if (chosen.length === 0) {
    throw new ConfigError({
      where: '--bead',
      expected: `0 to ${zLuts.length - 1}, the beads of the file`,
      received: `${bead}`,
    });
  }
  if (path.includes(BEAD)) {
    return chosen.map((zLut, index) => ({
      path: path.replaceAll(BEAD, `${bead ?? index}`),
      zLuts: [zLut],
    }));
  }
  if (chosen.length > 1 && formatOfName(path) !== 'radialzlut') {
    throw new ConfigError({
      where: path,
      expected: 'one Z-LUT for one file',
      received: `${chosen.length}`,
      remedy: `choose with --bead, or write them all with ${BEAD} in the name, e.g. lut-${BEAD}.zlut`,
    });
  }
  return [{ path, zLuts: chosen }];
}

/** @throws {ConfigError} if the name does not say in which layout to write */
export function assertFormat(path: string): void {
  if (/\.(zlut|npy|txt|csv|radialzlut)$/i.test(path)) return;
  throw new ConfigError({
    where: path,
    expected: 'a name that ends in .zlut, .npy, .txt (MagScope), .csv or .radialzlut (qtrk)',
    received: `'${path}'`,
  });
}

/** A Z-LUT that names the file of another program it was in, where the new file can say so. */
export function notingSource(zLut: ZLut, source: string, target: string): ZLut {
  if (formatOfName(source) === 'zlut' || formatOfName(target) !== 'zlut') return zLut;
  return {
    ...zLut,
    origin: { ...zLut.origin, edits: [...(zLut.origin?.edits ?? []), `converted from ${zLut.name}`] },
  };
}

/** What of a Z-LUT is not in a file of a layout, in words; empty when all of it is. */
export function lostIn(format: ZLutFormat, zLut: ZLut): string[] {
  if (format === 'zlut') return [];
  const lost: string[] = [];
  const { method, model, origin, profiles } = zLut;
  if (format === 'radialzlut') {
    lost.push('z of the planes');
    if (profiles.some((counts) => Math.fround(counts) !== counts && !Number.isNaN(counts))) {
      lost.push('digits of the counts beyond float32');
    }
  }
  // A .npy has them in the file beside it.
  if (format !== 'npy') {
    if (method) lost.push(`how its profiles were made: ${describeMethod(method)}`);
    if (model) lost.push('the model of the bead');
  }
  const facts = Object.keys(origin ?? {});
  if (facts.length > 0) lost.push(`where it comes from (${facts.join(', ')})`);
  return lost;
}
