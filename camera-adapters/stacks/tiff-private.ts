/** When and where a page was taken, as the program of the camera says in a tag of its own; NaN where it does not. */
export interface Acquired {
  readonly timeMs: number;
  readonly zUm: number;
}

/** Bytes of a plane in the tag of MetaMorph: its distance in z as a fraction, then days and ms of creation and change. */
export const METAMORPH_PLANE_BYTES = 24;
const [DAY_AT, MS_AT] = [8, 12];
const DAY_MS = 86_400_000;

/**
 * What Micro-Manager says of a page.
 * Source: Micro-Manager, image file formats: tag 51123, the tags of an image as JSON.
 */
export function acquiredByMicroManager(json: string): Acquired {
  const number = (key: string) => {
    const value = new RegExp(`"${key}"\\s*:\\s*(?:\\{\\s*"[^}]*?:\\s*)?(-?[\\d.]+(?:[eE][-+]?\\d+)?)`).exec(
      json,
    )?.[1];
    return Number(value ?? Number.NaN);
  };
  return { timeMs: number('ElapsedTime-ms'), zUm: number('ZPositionUm') };
}

/**
 * [plane] ms, from the start of the first day on, of the planes of a MetaMorph stack, which has one index for all of them; NaN where it has no date.
 * Its distances in z are in a unit that no tag tells for certain: they are left alone.
 * Source: Molecular Devices, MetaMorph stack (STK) file format: UIC2Tag.
 * @param bytes value of tag 33629
 */
export function metaMorphTimesMs(bytes: DataView, littleEndian: boolean): Float64Array {
  const planes = Math.floor(bytes.byteLength / METAMORPH_PLANE_BYTES);
  return Float64Array.from({ length: planes }, (_, plane) => {
    const at = plane * METAMORPH_PLANE_BYTES;
    const day = bytes.getUint32(at + DAY_AT, littleEndian);
    // From the first day on: in ns, the years before it leave a float64 no room for the time of day.
    const days = day - bytes.getUint32(DAY_AT, littleEndian);
    return day === 0 ? Number.NaN : days * DAY_MS + bytes.getUint32(at + MS_AT, littleEndian);
  });
}
