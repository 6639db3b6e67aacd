import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import type { RecordedFrames } from '#pipeline/track-recorded.ts';
import { RoiError } from '#protocol/errors.ts';
import { frameBytes, viewPixels } from '#protocol/pixel-format.ts';
import { MAX_ROI_SIZE, type Roi } from '#protocol/roi.ts';
import { findBeads, roisOfBeads, suggestRoiSize } from '#rois/find-beads.ts';
import { readRoiFile } from '#rois/roi-file.ts';
import { selectFrames } from './options.ts';

/** A stack with the frames of it that a command works on. */
export interface SelectedStack extends RecordedFrames {
  stack: Stack;
}

/** Opens a stack and selects frames by a slice; times come from the file, from `fps`, or are 0. */
export async function openSelected(
  path: string,
  slice: string | undefined,
  fps?: number,
): Promise<SelectedStack> {
  const stack = await openStack(path);
  const ids = selectFrames(slice, stack.frames);
  return {
    stack,
    ids,
    timeNs: (id) => (fps ? BigInt(Math.round((id / fps) * 1e9)) : (stack.timeNs?.[id] ?? 0n)),
    readFrame: (id, into) => stack.readFrame(id, into),
  };
}

/**
 * ROIs as `--rois` names them: `whole` the frame itself, `auto` beads found in the first selected frame, else a file.
 * @throws {RoiError} when `whole` is not square, or no bead is found
 */
export async function roisFor(
  choice: string,
  { stack, ids }: SelectedStack,
  size: number | undefined,
  log: (text: string) => void,
): Promise<Roi[]> {
  const { width, height } = stack;
  if (choice === 'whole') {
    if (width !== height || width > MAX_ROI_SIZE) {
      throw new RoiError({
        where: '--rois whole',
        expected: `a square frame of at most ${MAX_ROI_SIZE} px`,
        received: `${width} x ${height} px`,
        remedy: 'use --rois auto or a file of ROIs',
      });
    }
    return [{ bead: 0, left: 0, top: 0, size: width }];
  }
  if (choice !== 'auto') return readRoiFile(choice, { width, height }, size ?? 64);

  const bytes = new ArrayBuffer(frameBytes(stack));
  await stack.readFrame(ids[0]!, new Uint8Array(bytes));
  const found = findBeads(
    viewPixels(bytes, stack.pixelFormat),
    { width, height },
    size ? { roiSize: size } : {},
  );
  const roiSize = size ?? suggestRoiSize(found, { width, height });
  const { rois, leftOut } = roisOfBeads(found, roiSize, { width, height });
  log(
    `found ${rois.length} beads, ROIs of ${roiSize} px${leftOut.length ? `; ${leftOut.length} too near the edge` : ''}`,
  );
  if (rois.length > 0) return rois;
  throw new RoiError({
    where: '--rois auto',
    expected: 'at least one bead',
    received: 'none',
    remedy: 'give the ROIs in a file',
  });
}
