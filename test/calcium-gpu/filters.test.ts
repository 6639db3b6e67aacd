import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gaussianFilter } from '#calcium/gaussian-filter.ts';
import { medianFilter } from '#calcium/median-filter.ts';
import type { NdArray, NdValues } from '#calcium/nd-array.ts';
import { type FilterEngine, openFilterEngine } from '#calcium-gpu/filter-engine.ts';
import { gaussianFilterGpu } from '#calcium-gpu/gaussian-filter.ts';
import { medianFilterGpu } from '#calcium-gpu/median-filter.ts';
import { createRandom } from '#simulation/random.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';

const skipReason = gpuSkipReason();

const TYPES = {
  uint8: [Uint8Array, 0, 256],
  int8: [Int8Array, -128, 128],
  uint16: [Uint16Array, 0, 65_536],
  int16: [Int16Array, -32_768, 32_768],
  uint32: [Uint32Array, 0, 2 ** 32],
  int32: [Int32Array, -(2 ** 31), 2 ** 31],
  float32: [Float32Array, -5, 5],
} as const;
type TypeName = keyof typeof TYPES;

// Odd sizes: blocks end within a word.
const SHAPE = [11, 7, 9] as const;
const ONE_FRAME_BLOCKS = { blockBytes: 1 };

/** Noise over the whole range of the type. */
function noise(type: TypeName, seed: number): NdArray {
  const random = createRandom(seed);
  const [Type, least, most] = TYPES[type];
  const values = new Type(SHAPE[0] * SHAPE[1] * SHAPE[2]);
  for (let at = 0; at < values.length; at++) {
    const value = least + (most - least) * random.uniform();
    values[at] = type === 'float32' ? value : Math.floor(value);
  }
  return { shape: SHAPE, values };
}

function footprint(shape: readonly number[], ...holes: number[]): NdArray {
  const values = new Uint8Array(shape.reduce((all, axis) => all * axis)).fill(1);
  for (const hole of holes) values[hole] = 0;
  return { shape, values };
}

/** A run that fails the test when the CPU takes over. */
const onGpu = {
  onNotice: (text: string) => {
    throw new Error(text);
  },
};

describe.skipIf(skipReason)(`filters on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: FilterEngine;
  beforeAll(async () => {
    engine = await openFilterEngine('gpu');
  });
  afterAll(() => engine.close());

  test.each(Object.keys(TYPES) as TypeName[])(
    'the median of %s is that of the CPU, to the bit',
    async (type) => {
      const images = noise(type, 21);
      const got = await medianFilterGpu(images, engine, onGpu);
      expect(got).toEqual(medianFilter(images));
    },
  );

  test.each([
    [footprint([1, 3, 3])],
    [footprint([5, 1, 1])],
    [footprint([2, 4, 3])],
    [footprint([1, 1, 1])],
    [footprint([3, 3, 3], 0, 2, 6, 8, 13, 26)],
    [footprint([3, 5, 5])],
  ])('the median over a footprint of $shape is that of the CPU', async (mask) => {
    const images = noise('uint16', 22);
    const got = await medianFilterGpu(images, engine, { mask, ...onGpu });
    expect(got).toEqual(medianFilter(images, { mask }));
  });

  test.each(Object.keys(TYPES) as TypeName[])(
    'the Gaussian of %s is that of the CPU in float32',
    async (type) => {
      const images = noise(type, 23);
      const sigma = [0.8, 1.3, 0.5] as const;
      const { values } = await gaussianFilterGpu(images, engine, { sigma, ...onGpu });
      const want = gaussianFilter(images, { sigma }).values;
      const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // Three sums of some 10 values, each rounded to a part in 2^24.
      for (const [index, value] of want.entries())
        expect(Math.abs(values[index]! - value)).toBeLessThan(1e-6 * largest);
    },
  );

  test('blocks of one frame are the whole stack, to the bit, and tell of every frame', async () => {
    const images = noise('uint8', 24);
    const done: number[] = [];
    const run = { ...ONE_FRAME_BLOCKS, ...onGpu, onFrames: (count: number) => done.push(count) };
    const mask = footprint([5, 3, 3]);
    expect(await medianFilterGpu(images, engine, { mask, ...run })).toEqual(
      await medianFilterGpu(images, engine, { mask }),
    );
    expect(done).toEqual(new Array(SHAPE[0]).fill(1));
    expect(await gaussianFilterGpu(images, engine, run)).toEqual(await gaussianFilterGpu(images, engine));
  });

  test('images in memory that threads share are filtered as their own', async () => {
    const images = noise('uint16', 25);
    const values = new Uint16Array(new SharedArrayBuffer(images.values.byteLength));
    values.set(images.values);
    const got = await medianFilterGpu({ shape: SHAPE, values: values as NdValues }, engine, onGpu);
    expect([...got.values]).toEqual([...medianFilter(images).values]);
  });

  test('what the kernels have not, the CPU filters, and says so', async () => {
    const notices: string[] = [];
    const onNotice = (text: string) => notices.push(text);
    const images = noise('float32', 26);
    const precise = { shape: SHAPE, values: Float64Array.from(images.values) };
    expect(await medianFilterGpu(precise, engine, { onNotice })).toEqual(medianFilter(precise));
    expect(await gaussianFilterGpu(precise, engine, { onNotice })).toEqual(gaussianFilter(precise));
    const mask = footprint([7, 5, 5]);
    expect(await medianFilterGpu(images, engine, { mask, onNotice })).toEqual(medianFilter(images, { mask }));
    expect(notices).toEqual([
      expect.stringMatching(/the CPU filters: .*float64/),
      expect.stringMatching(/the CPU filters: .*float64/),
      expect.stringMatching(/the CPU filters: a footprint of 175/),
    ]);
  });

  test('the CPU goes on where the GPU is lost', async () => {
    const own = await openFilterEngine('gpu');
    const images = noise('int16', 27);
    const notices: string[] = [];
    let frames = 0;
    const got = await medianFilterGpu(images, own, {
      ...ONE_FRAME_BLOCKS,
      onFrames: (count) => {
        frames += count;
        if (frames === 3) own.gpu!.device.destroy();
      },
      onNotice: (text) => notices.push(text),
    });
    expect(got).toEqual(medianFilter(images));
    expect(frames).toBe(SHAPE[0]);
    expect(notices).toEqual([expect.stringMatching(/the CPU filters what is left: /)]);
  });

  test('a software adapter is taken only when it is asked for', async () => {
    const auto = await openFilterEngine('auto');
    if (engine.gpu!.facts.fallback) {
      expect(auto.gpu).toBeNull();
      expect(auto.why).toMatch(/^CPU: .*software adapter/);
      expect(engine.why).toMatch(/right, but slow/);
    } else {
      expect(auto.gpu).not.toBeNull();
    }
    auto.close();
  });
});

test('without a GPU, the CPU filters', async () => {
  const engine = await openFilterEngine('cpu');
  const images = noise('uint16', 28);
  let frames = 0;
  const run = {
    onFrames(count: number) {
      frames += count;
    },
  };
  expect(await medianFilterGpu(images, engine, run)).toEqual(medianFilter(images));
  expect(await gaussianFilterGpu(images, engine, run)).toEqual(gaussianFilter(images));
  expect(frames).toBe(2 * SHAPE[0]);
  await expect(gaussianFilterGpu(images, engine, { sigma: -1 })).rejects.toThrow(/sigma/);
});
