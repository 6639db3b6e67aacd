import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FilmQueue } from '#movies/film-queue.ts';
import type { MovieReply } from '#movies/movie-messages.ts';
import { PageSource } from '#movies/page-source.ts';
import { MOVIE_ENDINGS } from '#movies/page-writer.ts';
import { MOVIE_FORMATS } from '#protocol/movie.ts';
import { readStack } from '../support/read-stack.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { exampleOrder } from './example-film.ts';

const SHAPE = { width: 256, height: 128, pixelFormat: 'mono8' } as const;
const BYTES = SHAPE.width * SHAPE.height;
const SOON = { interval: 5 };
const disk = mountSmallDisk(1024);
afterAll(() => disk?.remove());

/** Frames of a queue whose disk is in the test's hands. */
function filming(format: (typeof MOVIE_FORMATS)[number]) {
  const told: MovieReply[] = [];
  const queue = new FilmQueue((reply) => told.push(reply));
  const pages = new PageSource();
  const memory = new SharedArrayBuffer(10 * BYTES);
  pages.share(0, memory);
  pages.useCamera(SHAPE);
  pages.useRois(null);
  queue.change(exampleOrder(join(disk!.folder, format), format), 0);
  const add = (id: number) => {
    const byteOffset = (id % 10) * BYTES;
    new Uint8Array(memory, byteOffset, BYTES).fill(id);
    const frame = {
      ...({ type: 'frame', id, timeNs: BigInt(id), receivedNs: BigInt(id), memory: 0, byteOffset } as const),
      ...{ bytes: BYTES, isWhole: true, lostBefore: 0 },
    };
    queue.add(frame, pages.of(frame));
  };
  const settled = () => told.flatMap((reply) => (reply.type === 'settled' ? [reply.done] : []));
  const troubles = () => told.filter(({ type }) => type === 'trouble').length;
  return { queue, add, settled, troubles };
}

test.skipIf(!disk).each(MOVIE_FORMATS)(
  `a full disk holds up a %s until there is room, and no frame is lost to it${disk ? '' : ' (skipped: may not mount a disk)'}`,
  async (format) => {
    const stone = join(disk!.folder, 'stone');
    const { queue, add, settled, troubles } = filming(format);
    for (let id = 0; id < 4; id++) add(id);
    await expect.poll(settled, SOON).toHaveLength(4);
    // Fills what is left.
    try {
      writeFileSync(stone, new Uint8Array(2 ** 20));
    } catch {}
    for (let id = 4; id < 8; id++) add(id);
    await expect.poll(troubles, SOON).toBe(1);
    expect(settled()).toHaveLength(4);
    rmSync(stone);
    await expect.poll(settled, SOON).toEqual(Array(8).fill(true));
    await queue.close();
    const { pages } = await readStack(join(disk!.folder, format) + MOVIE_ENDINGS[format]);
    expect(pages.map((page) => [page[0], page.at(-1)])).toEqual(
      Array.from({ length: 8 }, (_, id) => [id, id]),
    );
    rmSync(join(disk!.folder, format) + MOVIE_ENDINGS[format], { recursive: true });
  },
);

test.skipIf(!disk)('a film that ends gives up what a full disk does not take', async () => {
  const { queue, add, settled } = filming('raw');
  writeFileSync(join(disk!.folder, 'rock'), new Uint8Array(700 * 1024));
  for (let id = 0; id < 10; id++) add(id);
  await queue.close();
  const lost = settled().filter((done) => !done).length;
  expect(settled()).toHaveLength(10);
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThan(10);
});
