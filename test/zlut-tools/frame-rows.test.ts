import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FrameRows } from '#zlut-tools/frame-rows.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Rows of different lengths, whose every byte tells bead, frame and place. */
const ROW_BYTES = [400, 8, 248];
const byteOf = (bead: number, frame: number, place: number) => (31 * bead + 7 * frame + place) % 251;
const rowOf = (bead: number, frame: number) =>
  Uint8Array.from({ length: ROW_BYTES[bead]! }, (_, place) => byteOf(bead, frame, place));
/** In blocks of 38 frames, and a part of one, with the memory of the third. */
const FRAMES = 300;

function filled(options: ConstructorParameters<typeof FrameRows>[1]): FrameRows {
  const rows = new FrameRows(ROW_BYTES, options);
  for (let frame = 0; frame < FRAMES; frame++) rows.add((bead) => rowOf(bead, frame));
  return rows;
}

test.each([
  ['in memory', 2 ** 20, false],
  ['in a file', 0, true],
  ['in memory and a file', 100_000, true],
])('rows of a bead come back byte for byte, %s', (_, memoryBytes, onDisk) => {
  const folder = temporaryFolder();
  const rows = filled({ folder, memoryBytes });
  expect([rows.frames, rows.isOnDisk]).toEqual([FRAMES, onDisk]);
  for (const [bead, bytes] of ROW_BYTES.entries()) {
    const all = Buffer.concat(Array.from({ length: FRAMES }, (_, frame) => rowOf(bead, frame)));
    expect(Buffer.from(rows.read(bead)).equals(all), `bead ${bead}`).toBe(true);
    // Across the border of two blocks, and the last frame, which no block is full of.
    for (const [first, frames] of [
      [30, 20],
      [FRAMES - 1, 1],
    ] as const) {
      const part = all.subarray(first * bytes, (first + frames) * bytes);
      expect(Buffer.from(rows.read(bead, first, frames)).equals(part), `bead ${bead}, ${first}`).toBe(true);
    }
  }
  // A process that is killed leaves nothing.
  expect(readdirSync(folder)).toEqual([]);
  rows.close();
});

test('a folder that takes nothing is named', () => {
  const folder = join(temporaryFolder(), 'absent');
  expect(() => filled({ folder, memoryBytes: 0 })).toThrow(/absent: expected room for profiles.*ENOENT/s);
});
