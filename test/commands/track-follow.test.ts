import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeNpy } from '#protocol/npy.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { csvColumns, runCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const FRAMES = 80;
const [width, height] = [120, 72];
/** The bead drifts 40 px to the right. */
const drift = (frame: number) => ({ x: 30.3 + 0.5 * frame, y: 35.6 });

const light = (dx: number, dy: number) => {
  const radius = Math.hypot(dx, dy);
  return 90 * Math.cos(radius) * Math.exp(-radius / 7);
};

test('track --follow keeps a bead that drifts 40 px, and a list of ROIs may say that one stays', async () => {
  const pixels = new Uint8Array(FRAMES * width * height);
  for (let index = 0; index < pixels.length; index++) {
    const { x, y } = drift(Math.floor(index / (width * height)));
    const row = Math.floor(index / width) % height;
    pixels[index] = 120 + light((index % width) - x, row - y);
  }
  const stack = join(folder, 'drift.npy');
  writeFileSync(stack, encodeNpy(pixels, [FRAMES, height, width]));
  const rois = join(folder, 'rois.csv');
  writeFileSync(rois, 'bead,left,top,size,follow\n0,10,15,40,\n1,10,15,40,no\n');
  const csv = join(folder, 'tracks.csv');
  const args = ['track', stack, '--rois', rois, '--engine', 'reference', '--follow', '--out', csv];
  expect(await runCommand(...args)).toMatchObject({ code: 0 });

  const { frame, bead, xPx, yPx, status } = csvColumns(readFileSync(csv, 'utf8'));
  const errors: number[] = [];
  const left: number[] = [];
  for (const [row, id] of frame!.entries()) {
    const error = Math.hypot(xPx![row]! - drift(id).x, yPx![row]! - drift(id).y);
    if (bead![row] === 0) errors.push(error);
    else if (id >= FRAMES / 2) left.push(error < 0.5 ? status![row]! : TRACK_STATUS.lost);
  }
  expect(errors).toHaveLength(FRAMES);
  expect(Math.max(...errors)).toBeLessThan(0.05);
  // Without following the bead is at the edge of what an ROI of 40 px reaches after 20 frames, then out of it.
  expect(left.filter((bits) => bits & (TRACK_STATUS.lost | TRACK_STATUS['roi-edge']))).toHaveLength(
    FRAMES / 2,
  );
});
