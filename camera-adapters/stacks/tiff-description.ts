/** Value of `key=` in the description ImageJ writes; NaN when absent or when ImageJ did not write it. */
function imageJNumber(description: string, key: string): number {
  if (!description.startsWith('ImageJ=')) return Number.NaN;
  const line = description.split('\n').find((text) => text.startsWith(`${key}=`));
  return line === undefined ? Number.NaN : Number(line.slice(key.length + 1));
}

/**
 * Frames that the description of a file with one page says it has; 1 when it does not say.
 *
 * ImageJ writes stacks above 4 GB as one page with all frames behind the first, `images=N`; so does `tifffile` with
 * `truncate`, as ImageJ or with the shape of the array in JSON.
 * Source: ImageJ 1.x `ij.io.TiffDecoder`; tifffile `TiffFile.is_shaped`.
 */
export function framesOfOnePage(description: string): number {
  const images = imageJNumber(description, 'images');
  if (Number.isInteger(images) && images > 1) return images;
  // Versions of tifffile write the two in either order.
  const isShaped = description.startsWith('{') && description.includes('"truncated": true');
  const shape = isShaped ? /"shape": \[([\d, ]+)\]/.exec(description)?.[1] : undefined;
  const axes = shape?.split(',').map(Number) ?? [];
  return axes.slice(0, -2).reduce((product, axis) => product * axis, 1);
}

/** [frame] ns since the first frame, from ImageJ's `finterval=` s; absent without it or when frames are not all times. */
export function timesOfFrames(description: string, frames: number): BigInt64Array | undefined {
  const seconds = imageJNumber(description, 'finterval');
  if (!(seconds > 0) || imageJNumber(description, 'frames') !== frames) return undefined;
  return BigInt64Array.from({ length: frames }, (_, frame) => BigInt(Math.round(frame * seconds * 1e9)));
}
