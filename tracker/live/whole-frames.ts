import type { CameraEndpoint } from '#ingest/camera-endpoint.ts';
import type { Roi } from '#protocol/roi.ts';

/** Tells the camera which ROIs its frames may be cut to: none while somebody needs all of the frame. */
export class WholeFrames {
  readonly #endpoint: Pick<CameraEndpoint, 'setRois'>;
  #rois: readonly Roi[] = [];
  #areNeeded = false;

  constructor(endpoint: Pick<CameraEndpoint, 'setRois'>) {
    this.#endpoint = endpoint;
  }

  /** @param rois a list that does not change */
  setRois(rois: readonly Roi[]): void {
    this.#rois = rois;
    if (!this.#areNeeded) this.#endpoint.setRois(rois);
  }

  /** Whether frames from now on have to be whole; those under way may still be cut. */
  need(areNeeded: boolean): void {
    if (areNeeded === this.#areNeeded) return;
    this.#areNeeded = areNeeded;
    this.#endpoint.setRois(areNeeded ? [] : this.#rois);
  }
}
