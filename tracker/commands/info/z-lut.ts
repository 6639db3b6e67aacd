import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ZLutError } from '#protocol/errors.ts';
import { describeMethod, type ZLut } from '#protocol/z-lut.ts';
import { isCsvZLut } from '#protocol/z-lut-csv.ts';
import { readZLuts } from '#protocol/z-lut-file.ts';
import { qtrkSizes } from '#protocol/z-lut-qtrk.ts';
import { type Facts, type Place, type Probe, startsWith } from './probe.ts';

/** Larger tables of numbers than a Z-LUT ever is are not read to find out. */
const MOST_TEXT_BYTES = 32 << 20;

/** A Z-LUT of ours, of MagTrack, MagScope or qtrk. */
export const zLutProbe: Probe = {
  kind: 'Z-LUT',
  async read(place) {
    if (place.isFolder) return null;
    if (place.ending === '.radialzlut') {
      return { layout: 'qtrk', ...qtrkSizes(await readFile(place.path), basename(place.path)) };
    }
    const isSure = startsWith(place, '\x89ZLUT') || place.ending === '.zlut' || isCsvZLut(place.head);
    if (!isSure && !mayBe(place)) return null;
    try {
      const [zLut] = await readZLuts(place.path);
      return zLut ? factsOf(zLut) : null;
    } catch (cause) {
      // An array or a text may be something else.
      if (!isSure && cause instanceof ZLutError) return null;
      throw cause;
    }
  },
};

function mayBe(place: Place): boolean {
  return (place.ending === '.txt' || startsWith(place, '\x93NUMPY')) && place.bytes <= MOST_TEXT_BYTES;
}

function factsOf({ name, planes, radii, planeZNm, method, model, origin }: ZLut): Facts {
  return {
    name,
    planes,
    radii,
    planeZNm: { first: planeZNm[0], last: planeZNm.at(-1) },
    profiles: method
      ? `${describeMethod(method)}, ROIs of ${method.roiSize} px`
      : 'not said how they were made',
    hasModel: model !== undefined,
    ...(origin && { origin }),
  };
}
