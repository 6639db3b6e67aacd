import { expect, test } from 'vitest';
import { FrameSums } from '#calcium/frame-sums.ts';
import { projectImages } from '#calcium/projections.ts';
import { createRandom } from '#simulation/random.ts';

const STATISTICS = ['mean', 'std', 'max', 'min'] as const;

/** Counts of the whole range of the type, and some pixels at either end of it in every frame. */
function stack(Type: typeof Uint8Array | typeof Uint16Array, frames: number, pixels: number) {
  const top = 256 ** Type.BYTES_PER_ELEMENT - 1;
  const random = createRandom(frames + pixels);
  const values = new Type(frames * pixels);
  return values.map((_, at) => {
    const pixel = at % pixels;
    if (pixel === 0) return 0;
    if (pixel === 1) return top;
    if (pixel === 2) return at < pixels ? 0 : top;
    return Math.floor(random.uniform() * (top + 1));
  });
}

/** Counts of 32 bits are not for the kernel. */
const defined = (values: Uint8Array | Uint16Array, shape: number[], statistic: (typeof STATISTICS)[number]) =>
  projectImages({ shape, values: Uint32Array.from(values) }, statistic).values;

test.each([
  ['8 bits', Uint8Array],
  ['16 bits', Uint16Array],
] as const)('projections of %s are those of the definition in float64, to the bit', (_, Type) => {
  for (const [frames, rows, columns] of [
    [1, 1, 1],
    [3, 2, 5],
    [8, 7, 9],
    [21, 11, 13],
    [5, 260, 257],
  ] as const) {
    const shape = [frames, rows, columns];
    const values = stack(Type, frames, rows * columns);
    for (const statistic of STATISTICS) {
      const projected = projectImages({ shape, values }, statistic).values;
      const want = defined(values, shape, statistic);
      expect(projected.findIndex((value, pixel) => value !== want[pixel])).toBe(-1);
    }
  }
});

test.each([4, 5, 8])('frames added %i at a time can be read between, and go on', (most) => {
  const pixels = 37;
  const values = stack(Uint16Array, 20, pixels);
  const sums = new FrameSums(pixels, STATISTICS, most);
  for (let frame = 0; frame < 20; frame++) {
    sums.add(values.subarray(frame * pixels, (frame + 1) * pixels));
    expect(sums.frames).toBe(frame + 1);
    if (frame % 3 > 0) continue;
    const until = values.subarray(0, (frame + 1) * pixels);
    for (const statistic of STATISTICS) {
      expect(sums.read(statistic)).toEqual(defined(until, [frame + 1, 1, pixels], statistic));
    }
  }
});

test('what was read stays, and a new start forgets the frames before it', () => {
  const sums = new FrameSums(3, STATISTICS);
  for (const counts of [
    [5, 6, 7],
    [9, 65_535, 0],
  ])
    sums.add(Uint16Array.from(counts));
  const mean = sums.read('mean');
  sums.add(Uint8Array.of(1, 2, 3));
  sums.reset();
  expect(sums.frames).toBe(0);
  sums.add(Uint8Array.of(20, 30, 40));
  expect([...mean]).toEqual([7, 32_770.5, 3.5]);
  const read = STATISTICS.map((statistic) => [...sums.read(statistic)]);
  expect(read).toEqual([
    [20, 30, 40],
    [0, 0, 0],
    [20, 30, 40],
    [20, 30, 40],
  ]);
});

test('the sums of a long film do not overflow', () => {
  const sums = new FrameSums(1, ['mean', 'std']);
  const frame = new Uint16Array(1);
  // Pairs of frames a count apart at the upper end: 2^17 of them are more than 32 bits of squares hold.
  for (let id = 0; id < 2 ** 17; id++) {
    frame[0] = 65_534 + (id % 2);
    sums.add(frame);
  }
  expect([sums.read('mean')[0], sums.read('std')[0]]).toEqual([65_534.5, 0.5]);
});
