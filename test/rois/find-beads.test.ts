import { describe, expect, test } from 'vitest';
import { FrameError } from '#protocol/errors.ts';
import { assertRoiInFrame } from '#protocol/roi.ts';
import { type FoundBead, findBeads, roisOfBeads, suggestRoiSize } from '#rois/find-beads.ts';
import { syntheticField } from './synthetic-field.ts';

/** Distance of each true middle from the nearest found bead, px. */
function misses(truth: readonly (readonly [number, number])[], found: readonly FoundBead[]): number[] {
  return truth.map(([x, y]) => Math.min(...found.map((bead) => Math.hypot(bead.xPx - x, bead.yPx - y))));
}

// Off the pixel grid and unevenly spaced, in a frame that is wider than high.
const middles = [
  [70.3, 81.6],
  [230.8, 66.1],
  [391.5, 93.2],
  [88.1, 231.7],
  [255.4, 222.9],
  [402.2, 246.3],
] as const;

function bead(xPx: number, yPx: number, radiusPx: number, isolated = true): FoundBead {
  return { xPx, yPx, radiusPx, score: 1, isolated };
}

describe('finding beads in a frame', () => {
  test.each([9, 14, 22, 35, 55])(
    'finds rings of %i px in radius under an uneven lamp, within 1 px and nothing else',
    (radius) => {
      const field = syntheticField(480, 320, radius);
      for (const [x, y] of middles) field.rings(x, y, radius);
      const found = findBeads(field.lamp().expose(3), field);
      expect(found).toHaveLength(middles.length);
      // A tenth of a px at fine levels; the largest rings are found in a picture of half the size.
      expect(Math.max(...misses(middles, found))).toBeLessThan(1);
      for (const { radiusPx, score } of found) {
        expect(radiusPx).toBeGreaterThan(0.5 * radius);
        expect(radiusPx).toBeLessThan(1.1 * radius);
        expect(score).toBeGreaterThan(0.9);
      }
    },
  );

  test('finds rings too large for the fine picture, 110 px in radius', () => {
    const field = syntheticField(700, 400, 3).rings(251.5, 190.2, 110);
    const found = findBeads(field.expose(3), field);
    expect(found).toHaveLength(1);
    // At this size the votes are cast in a picture of a quarter or an eighth of the size.
    expect(misses([[251.5, 190.2]], found)[0]).toBeLessThan(3);
  });

  test.each([35, 110])('finds rings of %i px in radius at the same place in the mirror', (radius) => {
    const field = syntheticField(501, 402, 3).rings(231.4, 190.2, radius);
    const pixels = field.expose(2);
    const [bead] = findBeads(pixels, field);
    const [mirrored] = findBeads(pixels.slice().reverse(), field);
    // A coarse picture that is off by half of its px would shift both beads the same way, by 0.5 px to 3.5 px.
    expect(Math.abs(bead!.xPx + mirrored!.xPx - 500)).toBeLessThan(0.5);
    expect(Math.abs(bead!.yPx + mirrored!.yPx - 401)).toBeLessThan(0.5);
  });

  test('finds bright and dark beads in noise as strong as half their contrast', () => {
    const field = syntheticField(480, 320, 5);
    middles.forEach(([x, y], index) => {
      field.rings(x, y, 22, index % 2 ? 0.3 : -0.3);
    });
    const found = findBeads(field.expose(15), field);
    expect(found).toHaveLength(middles.length);
    // 3 px is what a re-centered ROI forgives.
    expect(Math.max(...misses(middles, found))).toBeLessThan(3);
  });

  test.each([1, 2, 3])('takes no dust, cell or line for a bead (field %i)', (seed) => {
    const field = syntheticField(480, 320, seed);
    for (const [x, y] of middles) field.rings(x, y, 24);
    for (let i = 0; i < 40; i++) field.dust(12 + ((i * 113 + seed * 31) % 456), 11 + ((i * 71) % 298));
    field.cell(158, 160, 20).cell(322, 150, 14).cell(160, 285, 17).cell(330, 285, 12);
    field.line(150, 160, 0.3).line(320, 100, 1.2 + seed / 5);
    const found = findBeads(field.expose(4), field);
    expect(found).toHaveLength(middles.length);
    expect(Math.max(...misses(middles, found))).toBeLessThan(3);
  });

  test('takes no field stop for a bead', () => {
    const field = syntheticField(420, 400, 9);
    const pixels = field.rings(180.5, 210.2, 14).rings(231.1, 190.8, 14).expose(2);
    const lit = pixels.map((count, i) =>
      Math.hypot((i % 420) - 210, Math.floor(i / 420) - 200) < 180 ? count : 2,
    );
    const found = findBeads(lit, field);
    expect(found).toHaveLength(2);
    expect(
      Math.max(
        ...misses(
          [
            [180.5, 210.2],
            [231.1, 190.8],
          ],
          found,
        ),
      ),
    ).toBeLessThan(1);
  });

  test('finds both of two touching beads, not the point between them, and says they are not isolated', () => {
    const field = syntheticField(400, 300, 4).rings(130, 150, 24).rings(164, 150, 24).rings(310, 140, 24);
    const found = findBeads(field.expose(3), field).sort((a, b) => a.xPx - b.xPx);
    expect(found.map(({ isolated }) => isolated)).toEqual([false, false, true]);
    expect(
      Math.max(
        ...misses(
          [
            [130, 150],
            [164, 150],
            [310, 140],
          ],
          found,
        ),
      ),
    ).toBeLessThan(3);
  });

  test('finds a bead cut by the border while its middle is well inside', () => {
    const field = syntheticField(400, 300, 8).rings(8, 150, 24).rings(200, 294, 24).rings(300, 100, 24);
    field.rings(100, -6, 24);
    const found = findBeads(field.expose(2), field);
    expect(found).toHaveLength(3);
    expect(
      Math.max(
        ...misses(
          [
            [8, 150],
            [200, 294],
            [300, 100],
          ],
          found,
        ),
      ),
    ).toBeLessThan(3);
  });

  test.each([
    ['noise', () => syntheticField(500, 300, 11).expose(5)],
    ['noise under a lamp', () => syntheticField(500, 300, 12).lamp().expose(5)],
    ['a line', () => syntheticField(500, 300, 13).line(200, 100, 0.7).expose(3)],
    ['one color', () => new Uint8Array(500 * 300).fill(40)],
    ['black', () => new Uint8Array(500 * 300)],
    ['stripes', () => Uint16Array.from({ length: 500 * 300 }, (_, i) => (((i % 500) >> 4) % 2) * 900)],
    ['a ramp', () => Float32Array.from({ length: 500 * 300 }, (_, i) => i % 500)],
    ['NaN', () => new Float32Array(500 * 300).fill(Number.NaN)],
  ])('finds nothing in a frame of %s', (_, frame) => {
    expect(findBeads(frame(), { width: 500, height: 300 })).toEqual([]);
  });

  test('finds nothing in frames of a few pixels', () => {
    expect(findBeads(new Uint8Array(0), { width: 0, height: 0 })).toEqual([]);
    expect(findBeads(new Uint8Array([1, 9, 1]), { width: 3, height: 1 })).toEqual([]);
    expect(
      findBeads(
        Uint8Array.from({ length: 80 }, (_, i) => i),
        { width: 10, height: 8 },
      ),
    ).toEqual([]);
  });

  test('12-bit counts, subtracted backgrounds and dead pixels give the same beads as 8-bit counts', () => {
    const field = syntheticField(480, 320, 6);
    for (const [x, y] of middles) field.rings(x, y, 22);
    const pixels = field.expose(3);
    const subtracted = Float32Array.from(pixels, (count) => count - 100);
    subtracted[100 * 480 + 300] = Number.NaN;
    for (const same of [Uint16Array.from(pixels, (count) => count * 16), subtracted]) {
      const found = findBeads(same, field);
      expect(found).toHaveLength(middles.length);
      expect(Math.max(...misses(middles, found))).toBeLessThan(1);
    }
  });

  test('looks for rings that suit the ROI size when it is given', () => {
    const field = syntheticField(480, 320, 7);
    for (const [x, y] of middles.slice(0, 3)) field.rings(x, y, 50);
    for (const [x, y] of middles.slice(3)) field.rings(x, y, 11);
    const pixels = field.expose(2);
    expect(misses(middles.slice(0, 3), findBeads(pixels, field, { roiSize: 160 }))).toSatisfy(
      (px: number[]) => Math.max(...px) < 2,
    );
    const small = findBeads(pixels, field, { roiSize: 24 });
    expect(small).toHaveLength(3);
    expect(Math.max(...misses(middles.slice(3), small))).toBeLessThan(1);
  });

  test('options move the limits: size, roundness and strength', () => {
    const field = syntheticField(480, 320, 10).rings(80, 90, 24, 0.4).rings(240, 150, 24, 0.1);
    const pixels = field.expose(1);
    expect(findBeads(pixels, field)).toHaveLength(1);
    expect(findBeads(pixels, field, { minRelativeStrength: 0.02 })).toHaveLength(2);
    expect(findBeads(pixels, field, { minRadiusPx: 30 })).toHaveLength(0);
    expect(findBeads(pixels, field, { minScore: 0.9999 })).toHaveLength(0);
  });

  test('gives the same beads every time, roundest first, and leaves the pixels alone', () => {
    const field = syntheticField(480, 320, 6);
    for (const [x, y] of middles) field.rings(x, y, 22);
    const pixels = field.expose(8);
    const before = pixels.slice();
    const first = findBeads(pixels, field);
    expect(findBeads(pixels, field)).toEqual(first);
    expect(pixels).toEqual(before);
    const scores = first.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test('refuses pixels that are not a frame of the size given', () => {
    expect(() => findBeads(new Uint8Array(99), { width: 10, height: 10 })).toThrow(
      new FrameError({ where: 'frame to find beads in', expected: '10 x 10 pixels', received: '99' }),
    );
  });
});

describe('an ROI size for found beads', () => {
  const frame = { width: 640, height: 480 };

  test('is even and covers the rings of the typical bead', () => {
    const size = suggestRoiSize([bead(100, 100, 19), bead(200, 100, 20), bead(300, 100, 90)], frame);
    expect(size % 2).toBe(0);
    expect(size).toBeGreaterThan(3 * 20);
    expect(size).toBeLessThan(4 * 20);
  });

  test('shrinks so that the ROI fits around the only bead of a small frame', () => {
    const small = { width: 101, height: 100 };
    const found = [bead(50.2, 47.6, 34)];
    const size = suggestRoiSize(found, small);
    expect(size).toBe(96);
    expect(roisOfBeads(found, size, small).leftOut).toEqual([]);
  });

  test('does not shrink into the rings of a bead at the border', () => {
    expect(suggestRoiSize([bead(12, 200, 20)], frame)).toBe(30);
  });

  test('stays from 8 px to 512 px and inside the frame', () => {
    expect(suggestRoiSize([bead(320, 240, 1)], frame)).toBe(8);
    expect(suggestRoiSize([bead(1000, 1000, 250)], { width: 2000, height: 2001 })).toBe(512);
    expect(suggestRoiSize([], frame)).toBe(64);
    expect(suggestRoiSize([], { width: 80, height: 51 })).toBe(50);
  });
});

describe('ROIs of found beads', () => {
  const frame = { width: 200, height: 160 };

  test('are numbered in reading order and lie around the beads', () => {
    const found = [bead(150.4, 100, 20), bead(120, 40.6, 20), bead(60, 40.2, 20)];
    expect(roisOfBeads(found, 64, frame)).toEqual({
      rois: [
        { bead: 0, left: 28, top: 8, size: 64 },
        { bead: 1, left: 88, top: 9, size: 64 },
        { bead: 2, left: 118, top: 68, size: 64 },
      ],
      leftOut: [],
    });
  });

  test('are moved inside the frame by at most a sixteenth of their size; a bead nearer the edge is left out', () => {
    const near = bead(28, 80, 20);
    const nearer = bead(27, 80, 20);
    expect(roisOfBeads([near], 64, frame).rois).toEqual([{ bead: 0, left: 0, top: 48, size: 64 }]);
    expect(roisOfBeads([nearer], 64, frame)).toEqual({
      rois: [],
      leftOut: [{ found: nearer, reason: 'edge' }],
    });
    const low = bead(100, 133, 20);
    expect(roisOfBeads([low], 64, frame).leftOut).toEqual([{ found: low, reason: 'edge' }]);
  });

  test('leave out beads that are not isolated only when asked, without a gap in the numbers', () => {
    const found = [bead(60, 50, 20, false), bead(80, 60, 20, false), bead(150, 100, 20)];
    expect(roisOfBeads(found, 64, frame).rois).toHaveLength(3);
    const { rois, leftOut } = roisOfBeads(found, 64, frame, { isolatedOnly: true });
    expect(rois).toEqual([{ bead: 0, left: 118, top: 68, size: 64 }]);
    expect(leftOut.map(({ reason }) => reason)).toEqual(['overlap', 'overlap']);
  });

  test('are all left out when the frame is smaller than an ROI', () => {
    expect(roisOfBeads([bead(31, 31, 20)], 64, { width: 63, height: 62 }).rois).toEqual([]);
  });

  test('always pass the check of the tracker', () => {
    for (let x = 0; x < 200; x += 7.3) {
      for (const roi of roisOfBeads([bead(x, 80, 20)], 50, frame).rois) assertRoiInFrame(roi, frame);
    }
  });
});
