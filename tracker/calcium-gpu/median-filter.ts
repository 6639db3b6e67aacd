import { type MedianOptions, medianFrames, offsetsOf, requireFootprint } from '#calcium/median-filter.ts';
import { MOST_ELEMENTS, type Offset } from '#calcium/median-vectors.ts';
import { emptyLike, type NdArray, type NdValues } from '#calcium/nd-array.ts';
import { rankNetwork } from '#calcium/rank-network.ts';
import type { FilterEngine } from './filter-engine.ts';
import { type FilterRun, filterStack } from './filter-stack.ts';
import type { PrepareKernels } from './gpu-blocks.ts';
import { compileKernel, readKernelText } from './kernel.ts';
import { composePixelReader, type PixelType, pixelTypeOf } from './pixel-type.ts';

/**
 * As `medianFilter`, by the engine, to the bit.
 *
 * @param images [frame, row, column], without NaN and infinities
 * @returns [frame, row, column] of the same type
 * @throws {CalciumError} if the images or the footprint have other axes, or the footprint is empty
 */
export async function medianFilterGpu<V extends NdValues>(
  images: NdArray<V>,
  engine: FilterEngine,
  { mask, ...run }: Pick<MedianOptions, 'mask'> & FilterRun = {},
): Promise<NdArray<V>> {
  const footprint = requireFootprint(mask);
  const offsets = offsetsOf(footprint);
  const type = pixelTypeOf(images.values);
  const filter = {
    name: 'medianFilterGpu',
    reach: footprint.shape[0]! >> 1,
    bytesPerPixel: images.values.BYTES_PER_ELEMENT,
    prepare: prepareKernels(type, offsets),
    onCpu: (room: V) => medianFrames(images, footprint, room),
  };
  return filterStack(images, filter, engine, emptyLike(images.values), run);
}

function prepareKernels(
  type: PixelType | null,
  offsets: readonly Offset[],
): PrepareKernels | { unable: string } {
  if (!type) return { unable: 'the kernels have no float64' };
  if (offsets.length > MOST_ELEMENTS) {
    return {
      unable: `a footprint of ${offsets.length} is more than the ${MOST_ELEMENTS} that the kernel sorts`,
    };
  }
  return async (device, buffers) => {
    const parts = [composePixelReader(type), readKernelText('median-filter'), composeMedian(offsets)];
    const kernel = await compileKernel(device, 'median-filter', parts.join('\n'));
    return (encoder, source, filtered, { shape, first, kept }) => {
      const pixels = kept * shape[1] * shape[2];
      const block = buffers.put('block', Uint32Array.of(...shape, first, pixels), GPUBufferUsage.UNIFORM);
      kernel.encode(encoder, [source, filtered, block], Math.ceil((pixels * type.bytes) / 4));
    };
  };
}

/** WGSL of `median_at`: the footprint as scalars, so that all of it stays in registers. */
function composeMedian(offsets: readonly Offset[]): string {
  const name = (axis: string, offset: number) => `${axis}${offset < 0 ? `m${-offset}` : offset}`;
  const places = (axis: number, letter: string, at: string, length: string, stride: string) =>
    [...new Set(offsets.map((offset) => offset[axis]!))].map(
      (offset) => `  let ${name(letter, offset)} = mirrored(${at} + ${offset}, block.${length})${stride};`,
    );
  return [
    'fn median_at(frame: i32, row: i32, column: i32) -> u32 {',
    ...places(0, 'f', 'frame', 'frames', ' * block.rows * block.columns'),
    ...places(1, 'r', 'row', 'rows', ' * block.columns'),
    ...places(2, 'c', 'column', 'columns', ''),
    ...offsets.map(
      ([deeper, lower, righter], index) =>
        `  var v${index} = key_at(${name('f', deeper)} + ${name('r', lower)} + ${name('c', righter)});`,
    ),
    ...rankNetwork(offsets.length, offsets.length >> 1).map(
      ([low, high]) =>
        `  { let least = min(v${low}, v${high}); v${high} = max(v${low}, v${high}); v${low} = least; }`,
    ),
    `  return v${offsets.length >> 1};`,
    '}',
  ].join('\n');
}
