import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import { frameBytes, type Pixels, viewPixels } from '#protocol/pixel-format.ts';

/** A stack read whole, and closed. */
export interface WholeStack
  extends Pick<Stack, 'width' | 'height' | 'pixelFormat' | 'frames' | 'timeNs' | 'planeZNm' | 'cut'> {
  /** [frame] pixels [row, column]. */
  pages: Pixels[];
}

/** Reads every frame of a stack. */
export async function readStack(path: string): Promise<WholeStack> {
  const stack = await openStack(path);
  try {
    const pages: Pixels[] = [];
    for (let frame = 0; frame < stack.frames; frame++) {
      // Filled first, so that a pixel that is not read does not pass for a 0 that is.
      const bytes = new Uint8Array(frameBytes(stack)).fill(0xa5);
      await stack.readFrame(frame, bytes);
      pages.push(viewPixels(bytes.buffer, stack.pixelFormat));
    }
    return { ...stack, pages };
  } finally {
    await stack.close();
  }
}
