import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { type FrameShape, frameBytes } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';

/** A recording of one bead in memory. */
export interface RealFrames {
  shape: FrameShape;
  /** Where the bead stays. */
  roi: Roi;
  /** [frame] */
  bytes: ArrayBuffer[];
}

/**
 * Reads a stack.
 * @param first frame to begin with
 * @param roi the largest square at the top left when left out
 * @throws {StackError} as `openStack`
 */
export async function readRealFrames(path: string, first = 0, roi?: Roi): Promise<RealFrames> {
  const stack = await openStack(path);
  try {
    const { width, height, pixelFormat, frames } = stack;
    const shape = { width, height, pixelFormat };
    const bytes: ArrayBuffer[] = [];
    for (let frame = first; frame < frames; frame++) {
      const into = new ArrayBuffer(Math.ceil(frameBytes(shape) / 8) * 8);
      await stack.readFrame(frame, new Uint8Array(into, 0, frameBytes(shape)));
      bytes.push(into);
    }
    return { shape, roi: roi ?? { bead: 0, left: 0, top: 0, size: Math.min(width, height) }, bytes };
  } finally {
    await stack.close();
  }
}
