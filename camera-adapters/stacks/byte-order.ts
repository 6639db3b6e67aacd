/** Reverses the bytes of every pixel in place. */
export function swapByteOrder(pixels: Uint8Array, bytesPerPixel: 1 | 2 | 4 | 8): void {
  if (bytesPerPixel === 1) return;
  const view = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
  if (bytesPerPixel === 2) view.swap16();
  else if (bytesPerPixel === 4) view.swap32();
  else view.swap64();
}
