import type { ZLut } from '#protocol/z-lut.ts';
import type { BeadState } from '#stages/define.ts';
import { type Plan, planRadii, stageNamed } from '#stages/plan.ts';
import type { Lookup } from './check-lookup.ts';
import { rms } from './sweep-statistics.ts';

/** A bead with its center known. */
export interface CenteredImage {
  /** [row, column] counts of the ROI, square. */
  pixels: ArrayLike<number>;
  size: number;
  /** ROI px */
  xPx: number;
  yPx: number;
  /** Height of the focus. */
  zNm: number;
}

/** What z does when the center is wrong. */
export interface CenterSensitivity {
  offsetPx: number;
  /** nm, root mean square change of z; NaN when no image has a z. */
  errorNm: number;
}

/** How far off the center is put. */
const OFFSETS_PX = [0.5, 1];

const DIRECTIONS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/** Change of z when profiles are made around a center that is off to the left, right, top and bottom. */
export function centerSensitivity(
  images: readonly CenteredImage[],
  zLut: ZLut,
  plan: Plan,
  { zOf }: Lookup,
): CenterSensitivity[] {
  const profileSteps = plan.filter(({ stage }) => stageNamed(stage).writes.includes('profile'));
  const zAt = (image: CenteredImage, dx: number, dy: number) => {
    const bead: BeadState = {
      pixels: Float64Array.from(image.pixels),
      ...{ size: image.size, xPx: image.xPx + dx, yPx: image.yPx + dy, zLut: null, status: 0 },
      ...{ zNm: Number.NaN, score: Number.NaN },
      profile: new Float64Array(planRadii(plan, image.size)),
    };
    for (const { stage, params } of profileSteps) stageNamed(stage).reference(bead, params);
    return zOf(zLut, bead.profile);
  };
  return OFFSETS_PX.map((offsetPx) => ({
    offsetPx,
    errorNm: rms(
      images.flatMap((image) => {
        const right = zAt(image, 0, 0);
        return DIRECTIONS.map(([x, y]) => zAt(image, x * offsetPx, y * offsetPx) - right);
      }),
    ),
  }));
}
