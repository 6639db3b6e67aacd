import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '#protocol/errors.ts';
import { describeShape, frameBytes } from '#protocol/pixel-format.ts';
import { isBrukerFolder, openBrukerStack } from './bruker-stack.ts';
import type { Stack } from './stack.ts';
import { checkRead, unreadable } from './stack-file.ts';
import { refuseImages, type StackPlace } from './stack-place.ts';

const IMAGE_NAME = /\.(png|jpe?g|tiff?)$/i;

/**
 * Opens a folder of images as a stack, one frame a file, in the order of names with numbers by value
 * (`frame2.png` before `frame10.png`). Other files in the folder are left alone. Images that PrairieView wrote are
 * those of one channel and plane, in its order.
 * @param openFile opens one image of the folder
 * @throws {StackError} naming the first file that is no single image of the shape of the first one
 */
export async function openFolder(
  { path, dataset }: StackPlace,
  openFile: (path: string) => Promise<Stack>,
): Promise<Stack> {
  const names = await readdir(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (isBrukerFolder(names)) return openBrukerStack(path, dataset, openFile);
  refuseImages(path, dataset);
  const { compare } = new Intl.Collator('en', { numeric: true });
  const files = names
    .filter((name) => IMAGE_NAME.test(name))
    .sort(compare)
    .map((name) => join(path, name));
  if (files.length === 0) {
    throw new StackError({
      where: path,
      expected: 'a folder of .png, .jpg or .tif images',
      received: 'none',
    });
  }

  const first = await peek(files[0]!, openFile);
  for (const file of files) {
    const image = await peek(file, openFile);
    if (image.frames === 1 && image.cut === undefined && describeShape(image) === describeShape(first))
      continue;
    throw new StackError({
      where: file,
      expected: `one frame of ${describeShape(first)}, as ${files[0]}`,
      received: `${image.frames} frames of ${describeShape(image)}`,
      remedy: 'move it out of the folder, or open it by its own name',
    });
  }

  const { width, height, pixelFormat } = first;
  const bytes = frameBytes(first);
  return {
    path,
    width,
    height,
    pixelFormat,
    frames: files.length,
    async readFrame(frame, into) {
      checkRead(path, files.length, frame, bytes, into);
      const image = await openFile(files[frame]!);
      try {
        await image.readFrame(0, into);
      } finally {
        await image.close();
      }
    },
    async close() {},
  };
}

/** What an image says of itself, with its file closed again: a folder may hold more than may be open at once. */
async function peek(path: string, openFile: (path: string) => Promise<Stack>): Promise<Stack> {
  const image = await openFile(path);
  await image.close();
  return image;
}
