import type { FrameShape } from '#protocol/pixel-format.ts';

/** What the header of a PNG or JPEG says, without decoding a pixel. */
export interface ImageHeader {
  width: number;
  height: number;
  /** Bits of a sample, or of a palette index. */
  bits: number;
}

/** Reads IHDR, the first chunk of every PNG (PNG specification, 11.2.2); undefined when cut off. */
export function readPngHeader(bytes: Uint8Array): ImageHeader | undefined {
  if (bytes.length < 33) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const palette = view.getUint8(25) === 3;
  const bits = palette ? 8 : view.getUint8(24);
  return { width: view.getUint32(16), height: view.getUint32(20), bits };
}

/** Reads the frame header of a JPEG (ITU-T T.81, B.2.2); undefined when it is not within `bytes`. */
export function readJpegHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 9 <= bytes.length && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    // Any number of fill bytes may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // C4, C8 and CC share the range of frame headers and are none.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const bits = view.getUint8(at + 4);
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5), bits };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Shape of the gray frame an image becomes; undefined for bit depths we do not read. */
export function imageShape({ width, height, bits }: ImageHeader): FrameShape | undefined {
  if (width === 0 || height === 0 || (bits !== 8 && bits !== 16)) return undefined;
  return { width, height, pixelFormat: bits === 8 ? 'mono8' : 'mono16' };
}
