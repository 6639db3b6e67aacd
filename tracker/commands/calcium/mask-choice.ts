import { readFile } from 'node:fs/promises';
import { type MaskThreshold, maskAbove } from '#calcium/masks.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { type Projection, projectImages } from '#calcium/projections.ts';
import { connectedRegions } from '#calcium/regions.ts';
import { ConfigError } from '#protocol/errors.ts';
import { decodeNpy } from '#protocol/npy.ts';
import { PROJECTIONS } from './project.ts';

/** Cells of a stack. */
export interface ChosenCells {
  /** [row, column] number of the cell from 1; 0 outside. */
  readonly labels: NdArray<Int32Array>;
  readonly cells: number;
  /** How they were found. */
  readonly why: string;
}

export interface CellOptions {
  /** Regions of fewer px are no cells. */
  leastPixels: number;
  /** The whole mask is one cell. */
  one: boolean;
}

/**
 * Cells as `--mask` names them: `PROJECTION:THRESHOLD`, or a .npy file [row, column] of their numbers.
 * @throws {ConfigError} if it is neither, fits other images, or leaves no cell
 */
export async function chooseCells(
  choice: string,
  images: NdArray,
  { leastPixels, one }: CellOptions,
): Promise<ChosenCells> {
  if (/\.npy$/i.test(choice)) return readLabels(choice, images);
  const { projection, threshold } = parseMask(choice);
  const { mask, threshold: level } = maskAbove(projectImages(images, projection), threshold);
  const { labels, pixels } = one
    ? { labels: { shape: mask.shape, values: Int32Array.from(mask.values) }, pixels: [sum(mask.values)] }
    : connectedRegions(mask, leastPixels);
  if (pixels.length > 0 && pixels[0]! > 0) {
    return { labels, cells: pixels.length, why: `${projection} above ${Number(level.toPrecision(5))}` };
  }
  throw new ConfigError({
    where: `--mask ${choice}`,
    expected: `at least ${one ? 1 : leastPixels} pixels that touch above ${Number(level.toPrecision(5))}`,
    received: `${sum(mask.values)} above it`,
    remedy: 'lower the threshold, or --least-pixels',
  });
}

/** @throws {ConfigError} unless it is a projection, a colon and a threshold */
function parseMask(choice: string): { projection: Projection; threshold: MaskThreshold } {
  const match = /^([a-z]+):(-?\d+(?:\.\d+)?)(sigma|%)?$/.exec(choice);
  const projection = PROJECTIONS.find((each) => each === match?.[1]);
  const value = Number(match?.[2]);
  if (match && projection && !(match[3] === '%' && !(value >= 0 && value <= 100))) {
    const method = match[3] === 'sigma' ? 'sigma' : match[3] === '%' ? 'percentile' : 'absolute';
    return { projection, threshold: { method, value } };
  }
  throw new ConfigError({
    where: '--mask',
    expected: `std:3sigma, mean:95%, max:1200 (${PROJECTIONS.join(', ')}), or a .npy file of cell numbers`,
    received: `'${choice}'`,
  });
}

async function readLabels(path: string, images: NdArray): Promise<ChosenCells> {
  const refuse = (received: string, cause?: unknown) => {
    const [rows, columns] = images.shape.slice(1);
    const expected = `numbers of cells from 1, 0 outside, [${rows}, ${columns}] as the images`;
    return new ConfigError({ where: `--mask ${path}`, expected, received }, cause);
  };
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw refuse(String(cause), cause);
  });
  const { shape, data } = decodeNpy(bytes, path, ConfigError);
  const values = Int32Array.from<number | bigint>(data, Number);
  if (shape.join() !== images.shape.slice(1).join()) throw refuse(`[${shape.join(', ')}]`);
  const wrong = values.findIndex((value, at) => value < 0 || value !== Number(data[at]));
  if (wrong >= 0) throw refuse(`${data[wrong]}`);
  const cells = values.reduce((most, value) => Math.max(most, value), 0);
  const present = new Set(values);
  for (let cell = 1; cell <= cells; cell++) if (!present.has(cell)) throw refuse(`none of number ${cell}`);
  if (cells === 0) throw refuse('zeros only');
  return { labels: { shape, values }, cells, why: path };
}

const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);
