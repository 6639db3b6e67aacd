import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StackError } from '#protocol/errors.ts';
import type { FrameShape } from '#protocol/pixel-format.ts';
import { type BrukerLayout, layoutOfNames, layoutOfScan, severalSeries } from './bruker-layout.ts';
import { type BrukerScan, isBrukerScan, parseBrukerScan } from './bruker-scan.ts';
import type { Stack } from './stack.ts';
import { unreadable } from './stack-file.ts';

/** Characters of a document in which its outermost tag is looked for. */
const HEAD = 4096;

/** A folder of images that PrairieView wrote. */
export interface BrukerSeries extends BrukerLayout, FrameShape {
  readonly folder: string;
  /** What its document says; absent where there is none. */
  readonly scan?: BrukerScan;
}

/**
 * Finds the images of a PrairieView folder: by its `PVScan` document where it is there, else by their names.
 *
 * @param openFile opens one image of the folder
 * @throws {StackError} naming the file that is missing, broken or of another series
 */
export async function findBrukerSeries(
  folder: string,
  openFile: (path: string) => Promise<Stack>,
): Promise<BrukerSeries> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  const documents: { file: string; scan: BrukerScan }[] = [];
  for (const name of names.filter((each) => /\.xml$/i.test(each)).sort()) {
    const file = join(folder, name);
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw unreadable(file, cause);
    });
    if (isBrukerScan(text.slice(0, HEAD))) documents.push({ file, scan: parseBrukerScan(text, file) });
  }
  const [document, other] = documents;
  if (other) throw severalSeries(folder, basename(document!.file), basename(other.file));
  const peek = async (name: string) => {
    const stack = await openFile(join(folder, name));
    await stack.close();
    return stack;
  };
  const layout = document
    ? layoutOfScan(document.scan, document.file)
    : await layoutOfNames(names, folder, async (name) => (await peek(name)).frames);
  requireFiles(layout, folder, new Set(names));
  const { width, height, pixelFormat } = await peek(layout.place(0, 0, 0).name);
  return { ...layout, folder, width, height, pixelFormat, ...(document && { scan: document.scan }) };
}

/** @throws {StackError} naming the first image that is not in the folder, or is there for two */
function requireFiles({ channels, planes, frames, place }: BrukerLayout, folder: string, names: Set<string>) {
  const taken = new Set<string>();
  for (let frame = 0; frame < frames; frame++) {
    for (let plane = 0; plane < planes; plane++) {
      for (const channel of channels.keys()) {
        const { name, page } = place(channel, plane, frame);
        const where = join(folder, basename(name));
        const key = `${page} ${name}`;
        if (!names.has(name)) {
          const remedy = 'copy the folder again: its .xml names this image';
          throw new StackError({ where, expected: 'an image of the series', received: 'none', remedy });
        }
        if (taken.has(key)) {
          const expected = `page ${page + 1} for one image`;
          throw new StackError({
            where,
            expected,
            received: `a second one, frame ${frame} of plane ${plane}`,
          });
        }
        taken.add(key);
      }
    }
  }
}
