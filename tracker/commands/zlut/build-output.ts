import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutOrigin } from '#protocol/z-lut-origin.ts';
import { programVersion } from '#recording/program-version.ts';
import type { BuiltBead, BuiltField } from '#zlut-tools/build.ts';
import { distanceText } from '#zlut-tools/check-sentence.ts';
import { measuredText } from '#zlut-tools/report-html.ts';

/** Where the Z-LUT of each bead goes. */
export type OutputOf = (bead: number) => string;

/**
 * Files of the Z-LUTs of some beads: a name with `{bead}`, a folder that gets `bead-ID.zlut`, or for a single one any
 * name.
 * @throws {ConfigError} for several beads and one file
 */
export function outputOf(out: string, beads: readonly number[]): OutputOf {
  if (out.includes('{bead}')) return (bead) => out.replaceAll('{bead}', `${bead}`);
  const isFolder = existsSync(out) ? statSync(out).isDirectory() : /[/\\]$/.test(out) || extname(out) === '';
  if (isFolder) return (bead) => join(out, `bead-${bead}.zlut`);
  if (beads.length === 1) return () => out;
  throw new ConfigError({
    where: '--out',
    expected: `a folder, or a name with {bead}, for the ${beads.length} beads ${listed(beads)}`,
    received: `'${out}'`,
    remedy: 'a Z-LUT belongs to one bead: choose one with --bead, or make one for all with --shared',
  });
}

function listed(beads: readonly number[]): string {
  return beads.length > 12 ? `${beads.slice(0, 12).join(', ')}, ...` : beads.join(', ');
}

/** Makes the folder a file goes to. */
export async function makeFolderOf(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
}

/** The folder that holds a file, or else the next one up that is there. */
export function folderThere(path: string): string {
  const folder = dirname(resolve(path));
  return existsSync(folder) ? folder : folderThere(folder);
}

/** Where the Z-LUTs of a sweep come from, as far as all have it in common. */
export async function originOf(stackPath: string, pixelSizeNm: number | undefined): Promise<ZLutOrigin> {
  const sha256 = statSync(stackPath).isFile() ? await hashOf(stackPath) : undefined;
  return {
    madeAt: new Date().toISOString(),
    madeBy: `tweezertrack ${programVersion()}`,
    stack: { name: basename(stackPath), ...(sha256 && { sha256 }) },
    ...(pixelSizeNm !== undefined && { pixelSizeNm }),
  };
}

/** SHA-256 of a file, hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** What a sweep says of the focus; nothing with a single pass. */
export function describeMotion({ passes, motion, timed, duration, driftPx }: BuiltField): string[] {
  const lines: string[] = [];
  if (passes.length > 1) {
    const unit = timed ? 'nm/s' : 'nm a frame';
    const parts = passes.flatMap((pass, index) => {
      const offset = motion.offsetNm[index];
      if (index === 0 || pass.direction === passes[0]!.direction) return [];
      return offset ? [`hysteresis ${measuredText(offset, 'nm')}`] : ['hysteresis not measured'];
    });
    const { drift } = motion;
    const total = drift ? ` (${distanceText(Math.abs(drift.value * duration))} in all)` : '';
    parts.push(drift ? `drift ${measuredText(drift, unit)}${total}` : 'drift not measured');
    lines.push(`focus, by ${passes.length} passes and ${motion.beads.length} beads: ${parts.join(', ')}`);
  }
  if (driftPx) lines.push(`field: ${driftPx.x.toFixed(2)} px in x and ${driftPx.y.toFixed(2)} px in y`);
  return lines;
}

/** What became of the frames of a bead. */
export function describeBuilt(
  { used, rejected, rejections, missingZNm, why }: BuiltBead,
  zLut: ZLut,
): string {
  const rules = Object.entries(rejections).filter(([, count]) => count > 0);
  const reasons = rules.map(([rule, count]) => `${count} ${rule}`).join(', ');
  const [first, last] = [zLut.planeZNm[0]!, zLut.planeZNm.at(-1)!].map((zNm) => Number(zNm.toFixed(1)));
  return [
    `${zLut.planes} planes from ${first} to ${last} nm, ${zLut.radii} radii`,
    `${used} frames used`,
    `${rejected} rejected${reasons ? ` (${reasons})` : ''}`,
    ...(missingZNm.length > 0 ? [`${missingZNm.length} planes without a frame left out`] : []),
    ...(why ? [why] : []),
  ].join(', ');
}
