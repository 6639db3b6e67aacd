import { expect, test } from 'vitest';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import { BeadNoise } from '#sinks/bead-noise.ts';

const roisOf = (...beads: number[]): Roi[] => beads.map((bead) => ({ bead, left: 0, top: 0, size: 32 }));
const X = 0;
const Z = 2;

test('the noise of a bead is that of its frames, whatever its drift, and NaN before its second frame', () => {
  const noise = new BeadNoise();
  const random = createRandom(5);
  const rois = roisOf(3, 8);
  const table = createTrackTable(1, 2);
  for (let frame = 0; frame < 2000; frame++) {
    if (frame === 1) expect(noise.of(8, X)).toBeNaN();
    table.xPx[1] = 100 + 0.001 * frame + 0.05 * random.normal();
    table.zNm[1] = Number.NaN;
    noise.add(rois, table, 0);
  }
  // A mean over 100 frames: 9 % (1 sigma) of 0.05 px, and a seed that is not far out.
  expect(Math.abs(noise.of(8, X) - 0.05)).toBeLessThan(0.015);
  expect(noise.of(8, Z)).toBeNaN();
  expect(noise.of(3, X)).toBe(0);
});

test('a frame in which a bead was lost is left out, and so is the step over it', () => {
  const noise = new BeadNoise();
  const rois = roisOf(3);
  const table = createTrackTable(1, 1);
  for (const xPx of [10, 11, Number.NaN, 500, 501]) {
    table.xPx[0] = xPx;
    noise.add(rois, table, 0);
  }
  expect(noise.of(3, X)).toBeCloseTo(Math.SQRT1_2, 12);
});

test('a bead that is gone is forgotten, the others go on', () => {
  const noise = new BeadNoise();
  const table = createTrackTable(1, 2);
  for (const xPx of [1, 3]) {
    table.xPx.fill(xPx);
    noise.add(roisOf(3, 8), table, 0);
  }
  noise.add(roisOf(8), table, 0);
  expect(noise.of(3, X)).toBeNaN();
  // Steps of 2 and 0 px.
  expect(noise.of(8, X)).toBeCloseTo(1, 12);
});
