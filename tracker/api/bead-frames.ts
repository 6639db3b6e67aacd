import type { z } from 'zod';
import { ConfigError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { BeadState, Stage } from '#stages/define.ts';
import { type ImageStack, roiSizeOf } from './image-stack.ts';
import { parseOptions } from './parse-options.ts';

/** Centers of a bead, [frame] px of its ROI: x column, y row; NaN where it was not found. */
export interface Centers {
  readonly xPx: Float64Array;
  readonly yPx: Float64Array;
}

/** Profiles of a bead over time. */
export interface Profiles {
  /** [frame, radius]; NaN where a bin is empty. */
  readonly profiles: Float64Array;
  readonly frames: number;
  readonly radii: number;
}

/** A bead that is shown the frames of a stack one after the other. */
export interface BeadFrames {
  readonly bead: BeadState;
  readonly frames: number;
  /** Puts a frame before the bead, with its old center; what the stages found before is forgotten. */
  show(frame: number): void;
}

/**
 * Frames of a stack as the stages see them, in float64.
 * @param centers [frame] old centers, or null
 * @throws {StackError | RoiError | ConfigError} if the stack or the number of centers is wrong
 */
export function beadFrames(
  where: string,
  stack: ImageStack,
  centers: Partial<Centers> | null,
  zLut: ZLut | null = null,
): BeadFrames {
  const size = roiSizeOf(where, stack);
  const { pixels, frames } = stack;
  if (centers) {
    for (const [axis, values] of Object.entries({ x: centers.xPx, y: centers.yPx })) {
      if (values?.length !== frames) {
        throw new ConfigError({
          where: `${where} ${axis}`,
          expected: `an old center for each of ${frames} frames`,
          received: values === undefined ? 'none' : `${values.length}`,
        });
      }
    }
  }
  const bead: BeadState = {
    pixels: new Float64Array(size * size),
    size,
    zLut,
    xPx: Number.NaN,
    yPx: Number.NaN,
    profile: new Float64Array(0),
    zNm: Number.NaN,
    score: Number.NaN,
  };
  const show = (frame: number) => {
    bead.pixels.set(pixels.subarray(frame * size * size, (frame + 1) * size * size));
    bead.xPx = centers?.xPx?.[frame] ?? Number.NaN;
    bead.yPx = centers?.yPx?.[frame] ?? Number.NaN;
    bead.status = 0;
  };
  return { bead, frames, show };
}

/** Centers a stage finds in every frame. */
export function centersBy<Params extends z.ZodObject>(
  where: string,
  stage: Stage<Params>,
  stack: ImageStack,
  old: Partial<Centers> | null,
  options: unknown,
): Centers {
  const params = parseOptions(where, stage.params, options);
  const { bead, frames, show } = beadFrames(where, stack, old);
  const xPx = new Float64Array(frames);
  const yPx = new Float64Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    show(frame);
    stage.reference(bead, params as z.output<Params>);
    xPx[frame] = bead.xPx;
    yPx[frame] = bead.yPx;
  }
  return { xPx, yPx };
}

/** Profiles a stage makes of every frame. */
export function profilesBy<Params extends z.ZodObject>(
  where: string,
  stage: Stage<Params>,
  stack: ImageStack,
  centers: Partial<Centers> | null,
  options: unknown,
): Profiles {
  const params = parseOptions(where, stage.params, options) as z.output<Params>;
  const { bead, frames, show } = beadFrames(where, stack, centers);
  const radii = stage.radii?.(params, bead.size) ?? 0;
  const profiles = new Float64Array(frames * radii);
  for (let frame = 0; frame < frames; frame++) {
    show(frame);
    stage.reference(bead, params);
    profiles.set(bead.profile, frame * radii);
  }
  return { profiles, frames, radii };
}
