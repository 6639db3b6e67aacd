import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trackRoi } from '#engines/reference.ts';
import type { BeadState } from '#stages/define.ts';
import { parsePlan, planRadii } from '#stages/plan.ts';
import { presetPlan } from '#stages/presets.ts';
import { ringZLut } from '../stages/synthetic-bead.ts';
import { noisyBead, pictureOf, planOver, rearranged, trackPicture } from './noisy-bead.ts';

const runs = { seed: 20, numRuns: 150 };
const plan = planOver('median');
const center = parsePlan([{ stage: 'center-of-mass', params: { background: 'none' } }]);

/** What was found, with the center where it would be had the picture not been rearranged. */
function found({ xPx, yPx, zNm, score }: BeadState, back = (x: number, y: number) => [x, y]): number[] {
  return [...back(xPx, yPx), zNm, score];
}

/** px, px, nm and Pearson r that rounding of float64 leaves, thousandfold. */
const ROUNDING = [1e-11, 1e-11, 1e-8, 1e-12];

function expectClose(got: readonly number[], want: readonly number[], tolerances: readonly number[]): void {
  for (const [index, tolerance] of tolerances.entries()) {
    const [a, b] = [got[index]!, want[index]!];
    if (!Object.is(a, b)) expect(Math.abs(a - b)).toBeLessThan(tolerance);
  }
}

test('a transposed ROI has x and y swapped and the same z, to the last bit', () => {
  fc.assert(
    fc.property(noisyBead, (bead) => {
      const picture = pictureOf(bead);
      const transposed = trackPicture(
        rearranged(picture, (row, column) => [column, row]),
        plan,
      );
      expect(found(transposed, (x, y) => [y, x])).toEqual(found(trackPicture(picture, plan)));
    }),
    runs,
  );
});

describe.each([
  {
    turn: 'a quarter turn',
    to: (row: number, column: number, size: number) => [column, size - 1 - row] as const,
    back: (size: number) => (x: number, y: number) => [y, size - 1 - x],
  },
  {
    turn: 'half a turn',
    to: (row: number, column: number, size: number) => [size - 1 - row, size - 1 - column] as const,
    back: (size: number) => (x: number, y: number) => [size - 1 - x, size - 1 - y],
  },
  {
    turn: 'a mirror',
    to: (row: number, column: number, size: number) => [row, size - 1 - column] as const,
    back: (size: number) => (x: number, y: number) => [size - 1 - x, y],
  },
])('$turn', ({ to, back }) => {
  const turned = (parity: 0 | 1, tolerances: readonly number[]) =>
    fc.assert(
      fc.property(noisyBead, (drawn) => {
        const bead = { ...drawn, size: 2 * Math.floor(drawn.size / 2) + parity };
        const picture = pictureOf(bead);
        const answer = found(trackPicture(rearranged(picture, to), plan), back(bead.size));
        expectClose(answer, found(trackPicture(picture, plan)), tolerances);
      }),
      runs,
    );

  test('of an odd ROI turns the answer about its middle pixel, to float64 rounding', () =>
    turned(1, ROUNDING));

  // The auto-convolution gives half pixels, and the line next to a half pixel is the even one: in an even ROI its
  // mirror image is the odd one. With other lines averaged, noise of 2 counts moves x and y by up to 0.02 px, and z
  // with them.
  test('of an even ROI does so within the 0.02 px that one line more or less makes', () =>
    turned(0, [0.02, 0.02, 3, 1e-3]));
});

test('brightness and contrast change neither x, y nor z: to float64 rounding', () => {
  const light = fc.record({
    gain: fc.double({ min: 0.05, max: 200, noNaN: true }),
    offset: fc.double({ min: -500, max: 5000, noNaN: true }),
  });
  fc.assert(
    fc.property(noisyBead, light, (bead, { gain, offset }) => {
      const picture = pictureOf(bead);
      const bright = trackPicture(
        picture.map((counts) => gain * counts + offset),
        plan,
      );
      // An offset 10 times the contrast costs as many digits of it.
      expectClose(found(bright), found(trackPicture(picture, plan)), [1e-8, 1e-8, 1e-5, 1e-9]);
    }),
    runs,
  );
});

test('only the center of mass without a background depends on brightness: even light pulls it to the middle', () => {
  fc.assert(
    fc.property(noisyBead, fc.integer({ min: 1, max: 2000 }), (bead, offset) => {
      const picture = pictureOf(bead);
      const { size } = bead;
      const middle = (size - 1) / 2;
      const mass = picture.reduce((sum, counts) => sum + counts, 0);
      const share = mass / (mass + offset * size * size);
      const dark = trackRoi(picture, size, null, center);
      const lit = trackRoi(
        picture.map((counts) => counts + offset),
        size,
        null,
        center,
      );
      expect(lit.xPx - middle).toBeCloseTo((dark.xPx - middle) * share, 9);
      expect(lit.yPx - middle).toBeCloseTo((dark.yPx - middle) * share, 9);
    }),
    runs,
  );
});

describe.each(['quadrant', 'fast'] as const)('the preset %s', (preset) => {
  const places: Record<string, (row: number, column: number, size: number) => readonly [number, number]> = {
    transposed: (row, column) => [column, row],
    'turned by a quarter': (row, column, size) => [column, size - 1 - row],
    'turned by half': (row, column, size) => [size - 1 - row, size - 1 - column],
    mirrored: (row, column, size) => [row, size - 1 - column],
  };
  const track = (picture: Float64Array) =>
    trackRoi(picture, Math.sqrt(picture.length), null, presetPlan(preset));

  // It samples circles around the center, wherever that is, and has no whole lines to choose.
  test.each(Object.entries(places))(
    'gives the %s answer for an ROI that is, odd or even, to rounding',
    (_, to) => {
      fc.assert(
        fc.property(noisyBead, (bead) => {
          const picture = pictureOf(bead);
          const { xPx, yPx } = track(picture);
          const [row, column] = to(yPx, xPx, bead.size);
          const answer = track(rearranged(picture, to));
          expectClose([answer.xPx, answer.yPx], [column, row], [1e-11, 1e-11]);
          expect(Number.isFinite(xPx + yPx)).toBe(true);
        }),
        runs,
      );
    },
  );

  test('does not depend on brightness and contrast', () => {
    const light = fc.tuple(
      fc.double({ min: 0.05, max: 200, noNaN: true }),
      fc.integer({ min: 0, max: 5000 }),
    );
    fc.assert(
      fc.property(noisyBead, light, (bead, [gain, offset]) => {
        const picture = pictureOf(bead);
        const { xPx, yPx } = track(picture);
        const bright = track(picture.map((counts) => gain * counts + offset));
        expectClose([bright.xPx, bright.yPx], [xPx, yPx], [1e-8, 1e-8]);
      }),
      runs,
    );
  });

  // What the ROI adds is its mean, and the seed that is found in it: iterations forget it to 0.0008 px.
  test('moves with a bead by whole pixels while its ROI stays, within 0.002 px', () => {
    fc.assert(
      fc.property(noisyBead, wholeShift, (bead, { right, down }) => {
        const { size } = bead;
        const picture = pictureOf({ ...bead, size: size + 4, dxPx: bead.dxPx / 2, dyPx: bead.dyPx / 2 });
        const before = track(crop(picture, 2, 2, size));
        const after = track(crop(picture, 2 - right, 2 - down, size));
        expect(Math.abs(after.xPx - right - before.xPx)).toBeLessThan(0.002);
        expect(Math.abs(after.yPx - down - before.yPx)).toBeLessThan(0.002);
      }),
      runs,
    );
  });
});

/** ROI of a wide picture. */
function crop(wide: Float64Array, left: number, top: number, size: number): Float64Array {
  const width = Math.sqrt(wide.length);
  return Float64Array.from(
    { length: size * size },
    (_, pixel) => wide[(top + Math.floor(pixel / size)) * width + left + (pixel % size)]!,
  );
}

const wholeShift = fc.record({
  right: fc.integer({ min: -2, max: 2 }),
  down: fc.integer({ min: -2, max: 2 }),
});

describe('a bead that moves by whole pixels while its ROI stays', () => {
  test('moves its center of mass by exactly as much on black ground: to 1e-9 px', () => {
    fc.assert(
      fc.property(noisyBead, wholeShift, ({ size, dxPx, dyPx }, { right, down }) => {
        const spot = (x: number, y: number) =>
          Float64Array.from({ length: size * size }, (_, pixel) => {
            const radius = Math.hypot((pixel % size) - x, Math.floor(pixel / size) - y);
            return radius < size / 4 ? Math.round(200 * Math.cos((2 * Math.PI * radius) / size) ** 2) : 0;
          });
        const middle = (size - 1) / 2;
        const before = trackRoi(spot(middle + dxPx, middle + dyPx), size, null, center);
        const after = trackRoi(spot(middle + dxPx + right, middle + dyPx + down), size, null, center);
        expect(after.xPx).toBeCloseTo(before.xPx + right, 9);
        expect(after.yPx).toBeCloseTo(before.yPx + down, 9);
      }),
      runs,
    );
  });

  // Not exactly: the mean that is subtracted from a line, and the ends of its window, stay with the ROI. Typically
  // 1e-6 px; up to 0.01 px where another line is averaged.
  test('moves its auto-convolution by as much within 0.02 px', () => {
    fc.assert(
      fc.property(noisyBead, wholeShift, (bead, { right, down }) => {
        const { size } = bead;
        const wide = { ...bead, size: size + 4, dxPx: bead.dxPx / 2, dyPx: bead.dyPx / 2 };
        const picture = pictureOf(wide);
        const zLut = ringZLut(planRadii(plan, size));
        const before = trackRoi(crop(picture, 2, 2, size), size, zLut, plan);
        const after = trackRoi(crop(picture, 2 - right, 2 - down, size), size, zLut, plan);
        expect(Math.abs(after.xPx - right - before.xPx)).toBeLessThan(0.02);
        expect(Math.abs(after.yPx - down - before.yPx)).toBeLessThan(0.02);
      }),
      runs,
    );
  });
});
