import type { PreviewMessage } from '#protocol/picture-request.ts';

// ImageData is RGBA by bytes, little-endian words on every machine a browser runs on.
const RGBA_OF_GRAY = Uint32Array.from({ length: 256 }, (_, gray) => (0xff000000 | (gray * 0x010101)) >>> 0);

/** A picture of 8-bit pixels on an own canvas, to be drawn at any scale. */
export interface GrayPicture {
  canvas: HTMLCanvasElement;
  /** Puts the pixels of a preview on the canvas, unless they are there. */
  show(preview: PreviewMessage): void;
}

/** An empty picture. */
export function createGrayPicture(): GrayPicture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false });
  let image: ImageData | null = null;
  let words = new Uint32Array(0);
  let shown: PreviewMessage | null = null;
  return {
    canvas,
    show(preview) {
      if (preview === shown) return;
      shown = preview;
      const { width, height, pixels } = preview;
      if (!image || image.width !== width || image.height !== height) {
        canvas.width = width;
        canvas.height = height;
        image = new ImageData(width, height);
        words = new Uint32Array(image.data.buffer);
      }
      const count = Math.min(words.length, pixels.length);
      for (let at = 0; at < count; at++) words[at] = RGBA_OF_GRAY[pixels[at]!]!;
      context?.putImageData(image, 0, 0);
    },
  };
}
