/** Pixels of one frame or ROI, [row, column], in the type the camera delivered. */
export type Pixels = Uint8Array | Uint16Array | Float32Array;

interface PixelFormatFacts {
  bytesPerPixel: 1 | 2 | 4;
  /** As NumPy names it. */
  dtype: 'uint8' | 'uint16' | 'float32';
  /** Largest count the camera can deliver; a pixel at it is saturated. */
  saturation: number;
}

/** Every pixel format on the wire and in files; 10, 12 and 14 bits travel in 16-bit little-endian words. */
export const PIXEL_FORMATS = {
  mono8: { bytesPerPixel: 1, dtype: 'uint8', saturation: 255 },
  mono10: { bytesPerPixel: 2, dtype: 'uint16', saturation: 1023 },
  mono12: { bytesPerPixel: 2, dtype: 'uint16', saturation: 4095 },
  mono14: { bytesPerPixel: 2, dtype: 'uint16', saturation: 16_383 },
  mono16: { bytesPerPixel: 2, dtype: 'uint16', saturation: 65_535 },
  float32: { bytesPerPixel: 4, dtype: 'float32', saturation: Number.POSITIVE_INFINITY },
} as const satisfies Record<string, PixelFormatFacts>;

export type PixelFormat = keyof typeof PIXEL_FORMATS;

export const PIXEL_FORMAT_NAMES = Object.keys(PIXEL_FORMATS) as [PixelFormat, ...PixelFormat[]];

/** Bits that a camera uses of the 16 a pixel has in a file, where it is fewer; undefined otherwise. */
export function usedBits(pixelFormat: PixelFormat): 10 | 12 | 14 | undefined {
  return ({ mono10: 10, mono12: 12, mono14: 14 } as const)[pixelFormat as 'mono10'];
}

/** Shape and pixel type of every frame of a camera or stack. */
export interface FrameShape {
  width: number;
  height: number;
  pixelFormat: PixelFormat;
}

/** Bytes of one whole frame. */
export function frameBytes({ width, height, pixelFormat }: FrameShape): number {
  return width * height * PIXEL_FORMATS[pixelFormat].bytesPerPixel;
}

/** Typed view of frame bytes, without a copy; `byteOffset` must be a multiple of the bytes per pixel. */
export function viewPixels(
  bytes: ArrayBufferLike,
  pixelFormat: PixelFormat,
  byteOffset = 0,
  pixels?: number,
): Pixels {
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const length = pixels ?? Math.floor((bytes.byteLength - byteOffset) / bytesPerPixel);
  if (bytesPerPixel === 1) return new Uint8Array(bytes, byteOffset, length);
  if (bytesPerPixel === 2) return new Uint16Array(bytes, byteOffset, length);
  return new Float32Array(bytes, byteOffset, length);
}

/** `640 x 480 mono8`, as error messages name a frame. */
export function describeShape({ width, height, pixelFormat }: FrameShape): string {
  return `${width} x ${height} ${pixelFormat}`;
}
