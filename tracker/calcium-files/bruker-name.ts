import { requireInteger } from '#calcium/calcium-error.ts';

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
