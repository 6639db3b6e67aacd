import type { z } from 'zod';
import { ConfigError, ZLutError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { BeadState } from '#stages/define.ts';
import { lookupZ as stage } from '#stages/lookup-z.ts';
import type { Profiles } from './bead-frames.ts';
import { parseOptions } from './parse-options.ts';

export type LookupZOptions = z.input<typeof stage.params>;

/** Heights of a bead over time. */
export interface Heights {
  /** [frame] nm in the coordinate of the Z-LUT; NaN when not found. */
  readonly zNm: Float64Array;
  /** [frame] Pearson correlation with the best plane, -1 to 1. */
  readonly score: Float64Array;
}

/**
 * Height of a bead in every frame (`lookup_z`): the plane of its Z-LUT that its profile correlates with best,
 * refined by a parabola. The first bin is left out.
 *
 * @param profiles [frame, radius], made as those of the Z-LUT
 * @param options `nLocal`: planes of the parabola, 3, 5 (default) or 7
 * @returns [frame] nm; NaN when the best plane is among the first or last (nLocal + 1) / 2
 * @throws {ZLutError} if the Z-LUT has another number of radii
 * @throws {ConfigError} if an option is unknown or the profiles are not as many as they say
 * Differs: a plane without contrast is passed over; in the library it loses every frame.
 */
export function lookupZ(profiles: Profiles, zLut: ZLut, options: LookupZOptions = {}): Heights {
  const params = parseOptions('lookupZ', stage.params, options);
  const { frames, radii } = profiles;
  if (profiles.profiles.length !== frames * radii) {
    throw new ConfigError({
      where: 'lookupZ profiles',
      expected: `[frame, radius] of ${frames} x ${radii}`,
      received: `${profiles.profiles.length} values`,
    });
  }
  if (zLut.radii !== radii) {
    throw new ZLutError({
      where: `lookupZ Z-LUT ${zLut.name}`,
      expected: `${radii} radii, as the profiles have`,
      received: `${zLut.radii}`,
      remedy: 'make profiles and Z-LUT with the same ROI size and oversampling',
    });
  }
  const zNm = new Float64Array(frames);
  const score = new Float64Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    const profile = profiles.profiles.slice(frame * radii, (frame + 1) * radii);
    const bead = profileOnly(profile, zLut);
    stage.reference(bead, params);
    zNm[frame] = bead.zNm;
    score[frame] = bead.score;
  }
  return { zNm, score };
}

/** A bead of which nothing is known but its profile. */
function profileOnly(profile: Float64Array, zLut: ZLut): BeadState {
  const unknown = { xPx: Number.NaN, yPx: Number.NaN, zNm: Number.NaN, score: Number.NaN };
  return { ...unknown, pixels: new Float64Array(0), size: 0, zLut, profile };
}
