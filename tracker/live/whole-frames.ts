import type { CameraEndpoint } from '#ingest/camera-endpoint.ts';
import type { Roi } from '#protocol/roi.ts';

/** Tells the camera which ROIs its frames may be cut to: none while somebody needs all of the frame. */
export class WholeFrames {
  readonly #endpoint: Pick<CameraEndpoint, 'setRois'>;
  readonly #neededBy = new Set<object>();
  #rois: readonly Roi[] = [];

  constructor(endpoint: Pick<CameraEndpoint, 'setRois'>) {
    this.#endpoint = endpoint;
  }

  /** @param rois a list that does not change */
  setRois(rois: readonly Roi[]): void {
    this.#rois = rois;
    if (this.#neededBy.size === 0) this.#endpoint.setRois(rois);
  }

  /** Whether frames from now on have to be whole for this one; those under way may still be cut. */
  need(by: object, areNeeded: boolean): void {
    const wereNeeded = this.#neededBy.size > 0;
    if (areNeeded) this.#neededBy.add(by);
    else this.#neededBy.delete(by);
    const stillNeeded = this.#neededBy.size > 0;
    if (wereNeeded !== stillNeeded) this.#endpoint.setRois(stillNeeded ? [] : this.#rois);
  }
}
