import type { CameraEndpoint, ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import { viewPixels } from '#protocol/pixel-format.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import { PreviewMaker } from '#sinks/preview.ts';

/** Shows viewers a frame when they want one; where frames are cut to ROIs, asks the camera for a whole one. */
export class LivePreview {
  readonly #hub: LiveHub;
  readonly #endpoint: CameraEndpoint;
  readonly #previews = new PreviewMaker();

  constructor(hub: LiveHub, endpoint: CameraEndpoint) {
    this.#hub = hub;
    this.#endpoint = endpoint;
  }

  frame({ id, pixels, picture, rois }: ReceivedFrame, { width, height, pixelFormat }: HelloMessage): void {
    if (!this.#hub.wantsPreview()) return;
    const whole = rois ? picture : pixels;
    if (!whole) {
      this.#endpoint.askForPicture();
      return;
    }
    // A copy is aligned, a message is not; 15 a second at most.
    const copy = viewPixels(new Uint8Array(whole).buffer, pixelFormat, 0, width * height);
    this.#hub.preview(this.#previews.make(id, copy, width, height));
  }
}
