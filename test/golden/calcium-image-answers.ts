import {
  cutoffImages,
  generateBackgroundImages,
  generateCustomColormap,
  rescaleImages,
} from '#calcium/coloring.ts';
import { type GaussianOptions, gaussianFilter, gaussianFilterSameType } from '#calcium/gaussian-filter.ts';
import { medianFilter } from '#calcium/median-filter.ts';
import type { CalciumCall, CalciumFunction } from './calcium-folder.ts';

type Pair = readonly [number, number];

const blockOptions = ({ params: { block_size: blockSize, block_buffer: blockBuffer } }: CalciumCall) =>
  blockSize === undefined ? {} : { blockSize: blockSize as number, blockBuffer: blockBuffer as number };

export const IMAGE_ANSWERS: Readonly<Record<string, CalciumFunction>> = {
  'image_processing.gaussian_filter': {
    answer: (call) => {
      const images = call.array('images');
      const options = { ...call.params, ...blockOptions(call) } as GaussianOptions;
      const isInteger = call.stated<{ values: object }>('filtered').values instanceof Uint16Array;
      const filter = isInteger ? gaussianFilterSameType : gaussianFilter;
      return { filtered: filter(images, options) };
    },
  },
  'image_processing.median_filter': {
    answer: (call) => ({
      filtered: medianFilter(call.array('images'), { mask: call.array('mask'), ...blockOptions(call) }),
    }),
  },
  'coloring.cutoff_images': {
    answer: (call) => ({ clipped: cutoffImages(call.array('images'), call.params.cutoffs as Pair) }),
  },
  'coloring.rescale_images': {
    answer: (call) => ({ rescaled: rescaleImages(call.array('images'), call.params.new_range as Pair) }),
  },
  'coloring.generate_custom_colormap': {
    answer: (call) => ({ lut_rgb: generateCustomColormap(call.value('colors'), call.number('N')) }),
  },
  'coloring.generate_background_images': {
    answer: (call) => {
      const images = call.array('images');
      const [black, white, copy] = (['black', 'white', 'copy'] as const).map((style) =>
        generateBackgroundImages(images, style),
      );
      const isCopy =
        copy!.values !== images.values && copy!.values.every((value, at) => value === images.values[at]);
      return {
        style1_unique: [...new Set(black!.values)],
        style2_unique: [...new Set(white!.values)],
        dtype: black!.values instanceof Uint8Array ? 'uint8' : black!.values.constructor.name,
        style3: isCopy ? 'copy of images' : 'other than the images',
      };
    },
  },
};
