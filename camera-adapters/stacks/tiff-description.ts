/** Value of `key=` in the description ImageJ writes; undefined when absent or when ImageJ did not write it. */
export function imageJText(description: string, key: string): string | undefined {
  if (!description.startsWith('ImageJ=')) return undefined;
  const line = description.split('\n').find((text) => text.startsWith(`${key}=`));
  return line?.slice(key.length + 1).trim();
}

/** The same as a number; NaN when absent. */
export function imageJNumber(description: string, key: string): number {
  return Number(imageJText(description, key) ?? Number.NaN);
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
