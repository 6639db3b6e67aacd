import { z } from 'zod';

/** What OME-Zarr says of an image in the attributes of its group, versions 0.4 and 0.5. */
const multiscale = z.object({
  axes: z.array(z.object({ name: z.string(), unit: z.string().optional() })).optional(),
  datasets: z
    .array(
      z.object({
        path: z.string(),
        coordinateTransformations: z
          .array(z.object({ type: z.string(), scale: z.array(z.number()).optional() }))
          .optional(),
      }),
    )
    .min(1),
});
const image = z.object({ multiscales: z.array(multiscale).min(1) });

/** The sharpest of the images of a group, and the steps along its axes. */
export interface OmeImage {
  /** Path of the array in the group. */
  readonly path: string;
  readonly axes: readonly { name: string; unit?: string | undefined; step: number }[];
}

const TO_NS: Record<string, number> = {
  nanosecond: 1,
  microsecond: 1e3,
  millisecond: 1e6,
  second: 1e9,
  minute: 6e10,
};
const TO_NM: Record<string, number> = { angstrom: 0.1, nanometer: 1, micrometer: 1e3, millimeter: 1e6 };

/** @returns undefined where the attributes are not those of an OME image */
export function omeImage(attributes: unknown): OmeImage | undefined {
  // Version 0.5 keeps under `ome` what 0.4 has beside other attributes.
  const parsed = z.union([z.object({ ome: image }).transform(({ ome }) => ome), image]).safeParse(attributes);
  const [first] = parsed.data?.multiscales ?? [];
  if (!first) return undefined;
  const [{ path, coordinateTransformations = [] }] = first.datasets as [(typeof first.datasets)[number]];
  const scale = coordinateTransformations.find(({ type }) => type === 'scale')?.scale;
  return { path, axes: (first.axes ?? []).map((axis, index) => ({ ...axis, step: scale?.[index] ?? 1 })) };
}

/** When and at which height each frame was taken, where the axes have units. */
export interface FramePlaces {
  /** [frame] ns since the first frame. */
  readonly timeNs?: BigInt64Array;
  /** [frame] nm */
  readonly planeZNm?: Float64Array;
}

/**
 * Times and heights of frames from the steps of the axes `t` and `z`; absent for an axis without a known unit.
 * @param shape of the whole array, as many axes as the image has
 */
export function placesOfFrames({ axes }: OmeImage, shape: readonly number[]): FramePlaces {
  const leading = shape.slice(0, -2);
  if (axes.length !== shape.length) return {};
  const along = (name: string, units: Record<string, number>): Float64Array | undefined => {
    const axis = leading.findIndex((length, index) => axes[index]!.name === name && length > 1);
    const unit = units[axes[axis]?.unit ?? ''];
    if (unit === undefined) return undefined;
    const every = leading.slice(axis + 1).reduce((product, length) => product * length, 1);
    const frames = leading.reduce((product, length) => product * length, 1);
    const step = axes[axis]!.step * unit;
    return Float64Array.from(
      { length: frames },
      (_, frame) => (Math.floor(frame / every) % leading[axis]!) * step,
    );
  };
  const [times, planeZNm] = [along('t', TO_NS), along('z', TO_NM)];
  const timeNs = times && BigInt64Array.from(times, (ns) => BigInt(Math.round(ns)));
  return { ...(timeNs && { timeNs }), ...(planeZNm && { planeZNm }) };
}
