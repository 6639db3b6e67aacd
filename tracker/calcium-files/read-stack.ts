import type { Stack } from '#camera-adapters/stacks/stack.ts';
import { frameBytes, type Pixels, viewPixels } from '#protocol/pixel-format.ts';

/** Told after each frame that was read: how many there are now, and how many there will be. */
export type OnFrame = (read: number, frames: number) => void;

/**
 * Reads frames of a stack, one after the other.
 * @param into [frame, row, column] room for them, in the type of the stack
 * @throws {StackError} as the stack does
 */
export async function readFrames(
  stack: Stack,
  frames: readonly number[],
  into: Pixels,
  onFrame: () => void,
): Promise<void> {
  const bytes = frameBytes(stack);
  const room = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  for (const [index, frame] of frames.entries()) {
    await stack.readFrame(frame, room.subarray(index * bytes, (index + 1) * bytes));
    onFrame();
  }
}

/** Room for frames of the shape of a stack, [frame, row, column]. */
export function roomForFrames(
  stack: Pick<Stack, 'width' | 'height' | 'pixelFormat'>,
  frames: number,
): Pixels {
  return viewPixels(new ArrayBuffer(frames * frameBytes(stack)), stack.pixelFormat);
}
