import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import type { RecordedFrames } from '#pipeline/track-recorded.ts';
import { chooseProposals, type ProposalKind } from '#protocol/bead-proposal.ts';
import { RoiError } from '#protocol/errors.ts';
import { frameBytes, type Pixels, viewPixels } from '#protocol/pixel-format.ts';
import { MAX_ROI_SIZE, type Roi } from '#protocol/roi.ts';
import { findBeads, roiInside, roisOfBeads, suggestRoiSize } from '#rois/find-beads.ts';
import { proposeBeads } from '#rois/propose-beads.ts';
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
  if (stack.cut !== undefined) console.error(`${stack.path}: ${stack.cut}`);
  const ids = selectFrames(slice, stack.frames);
  return {
    stack,
    ids,
    timeNs: (id) => (fps ? BigInt(Math.round((id / fps) * 1e9)) : (stack.timeNs?.[id] ?? 0n)),
    readFrame: (id, into) => stack.readFrame(id, into),
  };
}

/**
 * ROIs as `--rois` names them: `whole` the frame itself, `auto` beads found in the first selected frame, `isolated` those
 * of them that are clear of one another, else a file.
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
  if (choice !== 'auto' && choice !== 'isolated') return readRoiFile(choice, { width, height }, size ?? 64);

  const bytes = new ArrayBuffer(frameBytes(stack));
  await stack.readFrame(ids[0]!, new Uint8Array(bytes));
  const pixels = viewPixels(bytes, stack.pixelFormat);
  const rois = (choice === 'auto' ? everyBead : isolatedBeads)(pixels, stack, size, log);
  if (rois.length > 0) return rois;
  throw new RoiError({
    where: `--rois ${choice}`,
    expected: 'at least one bead',
    received: 'none',
    remedy: 'give the ROIs in a file',
  });
}

type FindRois = (
  pixels: Pixels,
  frame: { width: number; height: number },
  size: number | undefined,
  log: (text: string) => void,
) => Roi[];

const everyBead: FindRois = (pixels, { width, height }, size, log) => {
  const found = findBeads(pixels, { width, height }, size ? { roiSize: size } : {});
  const roiSize = size ?? suggestRoiSize(found, { width, height });
  const { rois, leftOut } = roisOfBeads(found, roiSize, { width, height });
  const crowded = found.filter(({ isolated }) => !isolated).length;
  const notes = [
    crowded ? `; ${crowded} touch one another, which --rois isolated leaves out` : '',
    leftOut.length ? `; ${leftOut.length} too near the edge` : '',
  ];
  log(`found ${rois.length} ${rois.length === 1 ? 'bead' : 'beads'}, ROIs of ${roiSize} px${notes.join('')}`);
  return rois;
};

const isolatedBeads: FindRois = (pixels, { width, height }, size, log) => {
  const frame = { width, height };
  const proposals = chooseProposals(proposeBeads(pixels, frame, { roiSize: size }), {});
  const count = (...kinds: ProposalKind[]) => chooseProposals(proposals, { kinds }).length;
  const rois = chooseProposals(proposals, { kinds: ['isolated'] })
    .sort((a, b) => a.yPx - b.yPx || a.xPx - b.xPx)
    .map((place, bead) => roiInside(bead, place, place.roiSize, frame))
    .filter((roi) => roi !== null);
  const notes = [
    `; ${count('pair', 'cluster')} in pairs and clusters`,
    `, ${count('edge')} at the edge and ${count('other')} unlike the others left out`,
  ];
  log(`found ${rois.length} isolated beads${rois[0] ? `, ROIs of ${rois[0].size} px` : ''}${notes.join('')}`);
  return rois;
};
