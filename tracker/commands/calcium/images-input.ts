import type { NdArray } from '#calcium/nd-array.ts';
import { loadImages } from '#calcium-files/load-images.ts';
import type { OnFrame } from '#calcium-files/read-stack.ts';
import { ProgressLine } from '../progress-line.ts';

/** What `calcium` reads as a stack. */
export const STACK_FORMS =
  'a TIFF, .npy, .npz or HDF5 file, .bin with .json beside it, or a folder of TIFFs or Zarr';

/** Reads images, telling how far it is. */
export async function loadWithProgress(path: string): Promise<NdArray> {
  const progress = progressOfFrames();
  const images = await loadImages(path, progress.onFrame, (text) => console.error(text));
  progress.end();
  return images;
}

/** A progress line that learns from the first frame how many there are. */
export function progressOfFrames(stacks = 1): { onFrame: OnFrame; end(): void } {
  let line: ProgressLine | undefined;
  return {
    onFrame(_, frames) {
      line ??= new ProgressLine(stacks * frames, 'frames');
      line.add(1);
    },
    end: () => line?.end(),
  };
}
