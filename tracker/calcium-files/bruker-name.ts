import { requireInteger } from '#calcium/calcium-error.ts';

/** What the name of an image of a PrairieView series says. */
export interface BrukerName {
  readonly base: string;
  /** From 1: the volume where there are several planes. */
  readonly cycle: number;
  /** From 1, as the microscope numbers its detectors. */
  readonly channel: number;
  /** From 1: the plane where there are several, else the frame. */
  readonly number: number;
}

/** @returns null for a file that is no image of a series; a base may hold underscores, and `_Cycle` itself */
export function parseBrukerName(name: string): BrukerName | null {
  const match = /^(.*)_Cycle(\d+)_Ch(\d+)_(\d+)\.ome\.tiff?$/i.exec(name);
  if (!match) return null;
  const [cycle, channel, number] = match.slice(2).map(Number) as [number, number, number];
  return { base: match[1]!, cycle, channel, number };
}

/**
 * Pattern of the names of one channel and plane, as a shell takes it.
 *
 * @param channel from 0
 * @param plane from 0
 * @throws {CalciumError} if one is not a whole number from 0 on
 */
export function generateBrukerNamingConvention(
  channel: number,
  plane: number,
  numChannels = 1,
  numPlanes = 1,
): string {
  const where = 'generateBrukerNamingConvention';
  requireInteger(`${where} channel`, channel, 0);
  requireInteger(`${where} plane`, plane, 0);
  const ofPlane = `_${String(plane + 1).padStart(6, '0')}`;
  if (numPlanes > 1) return `*${numChannels > 1 ? `_Ch${channel + 1}` : ''}${ofPlane}.ome.tif`;
  return numChannels > 1 ? `*_Ch${channel + 1}_*.ome.tif` : '*.ome.tif';
}
