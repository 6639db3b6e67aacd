/**
 * Undoes horizontal differencing, predictor 2 of TIFF 6.0, in place; sums wrap as the differences did.
 * @param part [row, column] in the byte order of this machine
 */
export function undoDifferences(part: Uint8Array | Uint16Array | Uint32Array, width: number): void {
  for (let row = 0; row < part.length; row += width) {
    for (let i = row + 1; i < row + width; i++) part[i] = part[i]! + part[i - 1]!;
  }
}

/**
 * Undoes the floating-point predictor, predictor 3 of Adobe Photoshop TIFF Technical Note 3, in place: bytes of a row
 * are differences, and lie by significance, the most significant of all columns first.
 * @param part [row, byte]; little-endian floats of so many bytes afterwards, whatever the byte order of the file
 */
export function undoFloatPredictor(part: Uint8Array, width: number, bytesPerPixel: number): void {
  const rowBytes = width * bytesPerPixel;
  undoDifferences(part, rowBytes);
  const planes = new Uint8Array(rowBytes);
  for (let row = 0; row < part.length; row += rowBytes) {
    planes.set(part.subarray(row, row + rowBytes));
    for (let column = 0; column < width; column++) {
      for (let byte = 0; byte < bytesPerPixel; byte++) {
        part[row + column * bytesPerPixel + byte] = planes[(bytesPerPixel - 1 - byte) * width + column]!;
      }
    }
  }
}
