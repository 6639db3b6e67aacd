import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import { openFile } from '#recording/append-file.ts';
import type { PageFacts, PageWriter } from './page-writer.ts';

/** Where the array lies in its group. */
const ARRAY = '0';

/**
 * Opens an OME-Zarr image of axes t, y, x: a folder with a chunk a frame, and a description that is written again as
 * frames come, so that a folder that nobody completed has all but the last of them.
 * Source: Zarr v3 core specification; OME-Zarr 0.5.
 * @throws what the disk says; that there is such a folder already among it
 */
export async function openZarrPages(path: string, facts: PageFacts): Promise<PageWriter> {
  await mkdir(path);
  await writeFile(join(path, 'zarr.json'), json(groupDescription(facts)), { flag: 'wx' });
  await mkdir(join(path, ARRAY, 'c'), { recursive: true });
  let pages = 0;
  let described = -1;
  let bytes = 0;
  const describe = async () => {
    if (described === pages) return;
    const now = pages;
    const description = join(path, ARRAY, 'zarr.json');
    await writeFile(`${description}.tmp`, json(arrayDescription(facts, now)));
    await rename(`${description}.tmp`, description);
    described = now;
  };
  await describe();
  return {
    get bytes() {
      return bytes;
    },
    async append({ pixels }) {
      const folder = join(path, ARRAY, 'c', String(pages));
      try {
        await mkdir(join(folder, '0'), { recursive: true });
        const file = await openFile(join(folder, '0', '0'), 'wx');
        try {
          await file.write(pixels, 0);
        } finally {
          await file.close();
        }
      } catch (cause) {
        await rm(folder, { recursive: true, force: true }).catch(() => {});
        throw cause;
      }
      bytes += pixels.length;
      pages++;
    },
    commit: describe,
    sync: describe,
    close: describe,
  };
}

function json(description: unknown): string {
  return `${JSON.stringify(description, null, 2)}\n`;
}

function arrayDescription({ width, height, pixelFormat }: PageFacts, pages: number) {
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: [pages, height, width],
    data_type: PIXEL_FORMATS[pixelFormat].dtype,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [1, height, width] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 0,
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    dimension_names: ['t', 'y', 'x'],
    attributes: {},
  };
}

function groupDescription({ pixelSizeNm, program, secondsPerPage }: PageFacts) {
  const time = secondsPerPage > 0 ? { unit: 'second' } : {};
  const space = pixelSizeNm > 0 ? { unit: 'nanometer' } : {};
  const px = pixelSizeNm > 0 ? pixelSizeNm : 1;
  const scale = [secondsPerPage > 0 ? secondsPerPage : 1, px, px];
  const axes = [
    { name: 't', type: 'time', ...time },
    { name: 'y', type: 'space', ...space },
    { name: 'x', type: 'space', ...space },
  ];
  const datasets = [{ path: ARRAY, coordinateTransformations: [{ type: 'scale', scale }] }];
  return {
    zarr_format: 3,
    node_type: 'group',
    attributes: { ome: { version: '0.5', multiscales: [{ name: program, axes, datasets }] } },
  };
}
