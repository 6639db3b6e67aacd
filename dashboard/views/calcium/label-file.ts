import { type CellMap, cellLabels, LAST_CELL } from '#protocol/cell-map.ts';
import { decodeNpy, encodeNpy } from '#protocol/npy.ts';

/** A NumPy image of cell numbers, [row, column], 0 outside. */
export function labelFile(map: CellMap): Uint8Array<ArrayBuffer> {
  const labels = Uint16Array.from(cellLabels(map));
  return new Uint8Array(encodeNpy(labels, [map.height, map.width]));
}

/**
 * Cell numbers of a NumPy image.
 * @returns the labels, or why they cannot be taken
 */
export function parseLabelFile(
  bytes: Uint8Array,
  { width, height }: { width: number; height: number },
): { labels: Int32Array } | { wrong: string } {
  let file: ReturnType<typeof decodeNpy>;
  try {
    file = decodeNpy(bytes, 'cells');
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  const { shape } = file;
  if (shape.length !== 2 || shape[0] !== height || shape[1] !== width) {
    return {
      wrong: `expected an image of ${height} rows and ${width} columns, this is ${shape.join(' x ')}`,
    };
  }
  const labels = new Int32Array(width * height);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = Number(file.data[pixel]);
    if (!Number.isInteger(label) || label < 0 || label > LAST_CELL) {
      const at = `row ${Math.floor(pixel / width)}, column ${pixel % width}`;
      return { wrong: `expected cell numbers from 0 to ${LAST_CELL}, found ${label} in ${at}` };
    }
    labels[pixel] = label;
  }
  return { labels };
}
