import { expect, test } from 'vitest';
import { ListSums } from '#calcium/list-sums.ts';
import { maskTraces, type SparseMask } from '#calcium/mask-traces.ts';
import { createRandom } from '#simulation/random.ts';

const TYPES = [
  ['8 bits', Uint8Array],
  ['16 bits', Uint16Array],
] as const;

/** Counts of the whole range of the type. */
function counts(Type: (typeof TYPES)[number][1], pixels: number, seed: number) {
  const random = createRandom(seed);
  return new Type(pixels).map(() => Math.floor(random.uniform() * 256 ** Type.BYTES_PER_ELEMENT));
}

/** Runs of 1 to 40 px and holes between them, up to the last pixel. */
function raggedList(pixels: number, seed: number): number[] {
  const random = createRandom(seed);
  const list: number[] = [];
  let pixel = Math.floor(random.uniform() * 30);
  while (pixel < pixels) {
    const end = Math.min(pixels, pixel + 1 + Math.floor(random.uniform() * 40));
    while (pixel < end) list.push(pixel++);
    pixel += 1 + Math.floor(random.uniform() * 20);
  }
  return [...list, pixels - 1];
}

function sumsOf(lists: readonly number[][]): ListSums {
  const starts = Int32Array.from(
    { length: lists.length + 1 },
    (_, list) => lists.slice(0, list).flat().length,
  );
  return new ListSums(Int32Array.from(lists.flat()), starts);
}

test.each(TYPES)('sums of lists of %s are those of their pixels, frame after frame', (_, Type) => {
  for (const pixels of [1, 7, 16, 333, 1000]) {
    const lists = [1, 2, 3, 4].map((seed) => raggedList(pixels, 10 * pixels + seed));
    lists.splice(1, 0, []);
    // A pixel twice, and not in order.
    lists.push([pixels - 1, 0, 0]);
    const sums = sumsOf(lists);
    for (const seed of [1, 2]) {
      const frame = counts(Type, pixels, seed);
      const want = lists.map((list) => list.reduce((sum, pixel) => sum + frame[pixel]!, 0));
      expect([...sums.of(frame)]).toEqual(want);
    }
  }
});

test('a list that holds most of a bright picture does not overflow', () => {
  const pixels = 300_000;
  const sums = sumsOf([Array.from({ length: pixels }, (_, pixel) => pixel)]);
  expect([...sums.of(new Uint16Array(pixels).fill(65_535))]).toEqual([65_535 * pixels]);
});

test('without any pixel there is nothing to add', () => {
  expect([...sumsOf([]).of(new Uint8Array(5))]).toEqual([]);
  expect([...sumsOf([[], []]).of(new Uint16Array(5).fill(3))]).toEqual([0, 0]);
});

test.each(TYPES)('traces of masks in %s are those of the definition in float64, to the bit', (_, Type) => {
  const [frames, rows, columns] = [7, 19, 31];
  const shape = [frames, rows, columns];
  const values = counts(Type, frames * rows * columns, 3);
  const masks = [1, 2, 3, 4, 5].map((seed): SparseMask => {
    const pixels = Int32Array.from(new Set(raggedList(rows * columns, seed)));
    const weights = new Float64Array(pixels.length).fill(1 / pixels.length);
    // Every other one weighs its pixels.
    if (seed % 2 === 0) weights[0]! += 0.5;
    return { pixels, weights };
  });
  for (const some of [masks, masks.slice(0, 1), masks.slice(1, 2)]) {
    // Counts of 32 bits are not for the kernel.
    expect(maskTraces({ shape, values }, some)).toEqual(
      maskTraces({ shape, values: Uint32Array.from(values) }, some),
    );
  }
});

test.each([-1, 6])('a mask with the pixel %i of six is refused', (pixel) => {
  const masks = [{ pixels: Int32Array.of(2, pixel, 3), weights: new Float64Array(3).fill(1 / 3) }];
  const images = { shape: [1, 2, 3], values: new Uint16Array(6) };
  expect(() => maskTraces(images, masks)).toThrow(
    `masks[0]: expected pixels below 6, of 2 x 3, received ${pixel}`,
  );
});
