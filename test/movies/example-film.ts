import type { FilmFrame, PageLayout } from '#movies/film-frame.ts';
import type { FilmOrder } from '#movies/film-order.ts';
import type { MovieFormat } from '#protocol/movie.ts';
import { frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';

/** Pages of a film that is not square. */
export const exampleLayout = (pixelFormat: PixelFormat = 'mono16'): PageLayout => ({
  shape: { width: 24, height: 10, pixelFormat },
  strip: null,
});

export function exampleOrder(base: string, format: MovieFormat, changes: Partial<FilmOrder> = {}): FilmOrder {
  return {
    ...{ base, format, subject: 'frames', every: 1, partBytes: Number.POSITIVE_INFINITY },
    page: { pixelSizeNm: 112.5, fps: 200, program: 'tweezertrack test' },
    about: { camera: 'example' },
    ...changes,
  };
}

/** Frame `id` of a film: 5 ms apart, every pixel another. */
export function exampleFrame(id: number, layout: PageLayout): FilmFrame {
  const pixels = new Uint8Array(frameBytes(layout.shape));
  const view = new DataView(pixels.buffer);
  const { pixelFormat } = layout.shape;
  for (let at = 0; at < layout.shape.width * layout.shape.height; at++) {
    if (pixelFormat === 'mono8') view.setUint8(at, (7 * id + at) % 256);
    else if (pixelFormat === 'float32') view.setFloat32(4 * at, id + at / 1024, true);
    else view.setUint16(2 * at, (131 * id + at) % 4096, true);
  }
  const timeNs = 1_700_000_000_000_000_000n + BigInt(id) * 5_000_000n;
  return { id, timeNs, receivedNs: timeNs + 1_000_000n, pixels, layout, rois: null, lostBefore: 0 };
}
