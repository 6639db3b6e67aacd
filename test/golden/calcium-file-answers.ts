import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBinary, saveBinary } from '#calcium-files/binary-video.ts';
import { loadImages } from '#calcium-files/load-images.ts';
import { StackError } from '#protocol/errors.ts';
import type { CalciumCall, CalciumFunction } from './calcium-folder.ts';

/** Loads the files of the case, then saves and loads again: the files must come back byte for byte. */
async function throughFiles(call: CalciumCall) {
  const images = await loadBinary(call.path('bin'));
  const folder = await mkdtemp(join(tmpdir(), 'tweezertrack-golden-'));
  try {
    const saved = await saveBinary(folder, images);
    for (const kind of ['bin', 'json'] as const) {
      const [is, should] = [await readFile(saved[kind]), await readFile(call.path(kind))];
      if (is.equals(should)) continue;
      throw new StackError({ where: saved[kind], expected: `${should}`, received: `${is}` });
    }
    return { images: await loadBinary(folder) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const FILE_ANSWERS: Readonly<Record<string, CalciumFunction>> = {
  'io_tools.save_binary/load_binary': { answer: throughFiles },
  'io_tools.load_binary': { answer: async (call) => ({ images: await loadBinary(call.path('bin')) }) },
  'io_tools.load_images': { answer: async (call) => ({ images: await loadImages(call.path('path')) }) },
};
