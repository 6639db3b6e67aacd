import { expect, test } from 'vitest';
import {
  autoConvolutions,
  autoConvolutionsMultiline,
  type Convolutions,
  type ImageStack,
  qiSampleAxisProfiles,
} from '#api/index.ts';
import type { Kept } from '#engines/gpu/compose.ts';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import { parsePlan } from '#stages/plan.ts';

const SIZE = 23;
/** Near the middle, off it, at a border, and not known. */
const X = Float64Array.of(11.2, 8.5, 1.75, Number.NaN);
const Y = Float64Array.of(10.9, 14.25, 20.5, 11);

const random = createRandom(17);
const pixels = Float32Array.from({ length: SIZE ** 2 }, () => 100 * random.uniform());
const stack: ImageStack = {
  pixels: Float64Array.from({ length: X.length * SIZE ** 2 }, (_, index) => pixels[index % SIZE ** 2]!),
  frames: X.length,
  rows: SIZE,
  columns: SIZE,
};

/** [center, number] what a stage gives back in place of the profile. */
async function kept(stage: string, keeps: Kept, length: number): Promise<Float64Array> {
  const engine = createWasmEngine();
  const table = createTrackTable(1, X.length, length);
  await engine.configure({
    plan: parsePlan([{ stage: 'center-of-mass' }, { stage }]).slice(-1),
    width: SIZE,
    height: SIZE,
    pixelFormat: 'float32',
    rois: Array.from(X, (_, bead) => ({ bead, left: 0, top: 0, size: SIZE })),
    zLuts: [],
    zLutOfBead: Array.from(X, () => -1),
    profiles: true,
    seeds: Array.from(X, (xPx, bead) => ({ xPx, yPx: Y[bead]! })),
    keeps,
  });
  await engine.track([pixels.slice().buffer], table);
  return table.profiles;
}

/** [set, value] sets of two kinds in turn. */
function inTurn(first: Float64Array, second: Float64Array, length: number): number[] {
  return Array.from(X).flatMap((_, center) =>
    [first, second].flatMap((sets) => [...sets.subarray(center * length, (center + 1) * length)]),
  );
}

/** Numbers in so many counts, or their squares, to rounding of float64; NaN where the reference has it. */
function expectNear(got: Float64Array, want: readonly number[], within: number): void {
  expect(got).toHaveLength(want.length);
  const wrong = want.filter((value, index) => {
    const found = got[index]!;
    return !Object.is(found, value) && !(Math.abs(found - value) <= within);
  });
  expect(wrong).toEqual([]);
  expect(want.some(Number.isNaN)).toBe(true);
}

test.each([
  ['auto-conv', () => autoConvolutions(stack, X, Y)],
  ['auto-conv-multiline', () => autoConvolutionsMultiline(stack, X, Y)],
] as const)('%s gives back the lags of both axes', async (stage, convolve) => {
  const { xConv, yConv }: Convolutions = convolve();
  const got = await kept(stage, 'convolutions', 2 * SIZE);
  expectNear(got, inTurn(xConv, yConv, SIZE), 1e-8);
});

test('qi gives back its samples of both axes', async () => {
  const [across, down] = (['x', 'y'] as const).map((axis) => qiSampleAxisProfiles(stack, X, Y, axis));
  expectNear(await kept('qi', 'samples', 6), inTurn(across!, down!, 3), 1e-10);
});
