import { type RingBead, ringFrame } from './ring-beads.ts';

/** What `frame-camera.ts` shows: one bead, the same in every frame. */
export const FRAME_CAMERA_SHAPE = { width: 320, height: 200, pixelFormat: 'mono8' } as const;

const bead: RingBead = { roi: { bead: 0, left: 36, top: 30, size: 48 }, xPx: 24.3, yPx: 23.6, plane: 20 };

/** Middle of its ROI, px. */
export const FRAME_CAMERA_BEAD = { xPx: 60, yPx: 54 };

/** Its frame. */
export function frameCameraPixels(): Uint8Array {
  return new Uint8Array(ringFrame(FRAME_CAMERA_SHAPE, [bead], { seed: 5 }));
}
