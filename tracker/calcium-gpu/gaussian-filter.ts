import { type GaussianOptions, gaussianFrames, sigmasOf } from '#calcium/gaussian-filter.ts';
import { gaussianWeights } from '#calcium/gaussian-line.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import type { FilterEngine } from './filter-engine.ts';
import { type FilterRun, filterStack } from './filter-stack.ts';
import type { GpuBlock, PrepareKernels } from './gpu-blocks.ts';
import { compileKernel, readKernelText } from './kernel.ts';
import { composePixelReader, FLOAT32, type PixelType, pixelTypeOf } from './pixel-type.ts';

/**
 * As `gaussianFilter`, by the engine: in float32 on a GPU, where the last digits differ.
 *
 * @param images [frame, row, column] of any type
 * @returns [frame, row, column]
 * @throws {CalciumError} if the images have other axes or a sigma is negative
 */
export async function gaussianFilterGpu(
  images: NdArray,
  engine: FilterEngine,
  { sigma, ...run }: Pick<GaussianOptions, 'sigma'> & FilterRun = {},
): Promise<NdArray<Float32Array>> {
  const sigmas = sigmasOf(sigma);
  const weights = sigmas.map(gaussianWeights);
  const type = pixelTypeOf(images.values);
  const filter = {
    name: 'gaussianFilterGpu',
    reach: weights[0]!.length - 1,
    bytesPerPixel: Float32Array.BYTES_PER_ELEMENT,
    prepare: type ? prepareKernels(type, weights) : { unable: 'the kernels have no float64' },
    onCpu: (room: Float32Array) => gaussianFrames(images, sigmas, room),
  };
  return filterStack(images, filter, engine, new Float32Array(images.values.length), run);
}

function prepareKernels(type: PixelType, weights: readonly Float64Array[]): PrepareKernels {
  return async (device, buffers) => {
    const text = readKernelText('gaussian-filter');
    const compile = (of: PixelType) =>
      compileKernel(device, 'gaussian-filter', `${composePixelReader(of)}\n${text}`);
    const [ofImages, ofPasses] = await Promise.all([compile(type), compile(FLOAT32)]);
    const sides = weights.map((side, axis) =>
      buffers.put(`weights ${axis}`, Float32Array.from(side), GPUBufferUsage.STORAGE),
    );
    return (encoder, source, filtered, block) => {
      const pixels = block.kept * block.shape[1] * block.shape[2];
      const between = [0, 1].map((index) =>
        buffers.take(`between ${index}`, 4 * pixels, GPUBufferUsage.STORAGE),
      );
      const ways = [source, between[0]!, between[1]!, filtered];
      for (const [axis, words] of passesOf(block).entries()) {
        const pass = buffers.put(`pass ${axis}`, words, GPUBufferUsage.UNIFORM);
        const kernel = axis === 0 ? ofImages : ofPasses;
        kernel.encode(encoder, [ways[axis]!, ways[axis + 1]!, pass, sides[axis]!], pixels);
      }
    };
  };
}

/** The struct `Pass` of each axis; only that of time finds more samples than it leaves. */
function passesOf({ shape: [frames, rows, columns], first, kept }: GpuBlock): Uint32Array[] {
  const pixels = kept * rows * columns;
  return [
    Uint32Array.of(pixels, rows * columns, frames, first, kept),
    Uint32Array.of(pixels, columns, rows, 0, rows),
    Uint32Array.of(pixels, 1, columns, 0, columns),
  ];
}
