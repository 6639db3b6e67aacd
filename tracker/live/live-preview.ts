import type { CameraEndpoint, ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import { PIXEL_FORMATS, type PixelFormat, type Pixels, viewPixels } from '#protocol/pixel-format.ts';
import type { PictureFeed } from '#sinks/picture-feed.ts';

/** Whole frames are what cutting them to ROIs saves: no more of them a second than are needed to see. */
const ASK_EVERY_MS = 66;

/** Shows viewers a frame when they want one; where frames are cut to ROIs, asks the camera for a whole one. */
export class LivePreview {
  readonly #pictures: Pick<PictureFeed, 'isDue' | 'send'>;
  readonly #endpoint: Pick<CameraEndpoint, 'askForPicture'>;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    { pictures }: { pictures: Pick<PictureFeed, 'isDue' | 'send'> },
    endpoint: Pick<CameraEndpoint, 'askForPicture'>,
  ) {
    this.#pictures = pictures;
    this.#endpoint = endpoint;
  }

  frame({ id, pixels, picture, rois }: ReceivedFrame, { width, height, pixelFormat }: HelloMessage): void {
    if (!this.#pictures.isDue) return;
    const whole = rois ? picture : pixels;
    if (!whole) {
      const nowMs = performance.now();
      if (nowMs - this.#askedAtMs < ASK_EVERY_MS) return;
      this.#askedAtMs = nowMs;
      this.#endpoint.askForPicture();
      return;
    }
    this.#pictures.send({ frame: id, pixels: inPlace(whole, pixelFormat, width * height), width, height });
  }
}

/** The pixels where they lie, if their address allows; a message may begin anywhere, a copy is aligned. */
function inPlace(bytes: Uint8Array, pixelFormat: PixelFormat, count: number): Pixels {
  const isAligned = bytes.byteOffset % PIXEL_FORMATS[pixelFormat].bytesPerPixel === 0;
  return isAligned
    ? viewPixels(bytes.buffer, pixelFormat, bytes.byteOffset, count)
    : viewPixels(new Uint8Array(bytes).buffer, pixelFormat, 0, count);
}
