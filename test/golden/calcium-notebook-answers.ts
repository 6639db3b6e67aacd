import { dilateMask, disk, neuropilRing } from '#calcium/dilation.ts';
import { type MaskThreshold, maskAbove, maskCoordinates } from '#calcium/masks.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { type Projection, projectImages } from '#calcium/projections.ts';
import { pixelTraces, roiTrace, subtractNeuropil, weightsImage } from '#calcium/roi-traces.ts';
import type { CalciumFunction } from './calcium-folder.ts';

/** One pixel of traces [frame, pixel]. */
function courseOf({ shape, values }: NdArray, pixel: number): Float64Array {
  const [frames, pixels] = shape as [number, number];
  return Float64Array.from({ length: frames }, (_, frame) => values[frame * pixels + pixel]!);
}

const projection = (name: Projection): CalciumFunction => ({
  answer: (call) => ({ projection: projectImages(call.array('data'), name) }),
});

export const NOTEBOOK_ANSWERS: Readonly<Record<string, CalciumFunction>> = {
  'notebook projection np.std(data, axis=0)': projection('std'),
  'notebook projection np.mean(data, axis=0)': projection('mean'),
  'notebook projection np.median(data, axis=0)': projection('median'),
  'notebook threshold mask (projection > threshold)': {
    answer: (call) => {
      const { method, value } = call.params as unknown as MaskThreshold;
      const { mask, threshold } = maskAbove(call.array('projection'), { method, value });
      return { mask, threshold, n_pixels: mask.values.reduce((sum, pixel) => sum + pixel, 0) };
    },
  },
  'notebook np.where(mask)': { answer: (call) => ({ ...maskCoordinates(call.array('mask')) }) },
  'skimage.morphology.disk': { answer: (call) => ({ footprint: disk(call.number('radius')) }) },
  'dilation(mask, disk(r))': {
    answer: (call) => ({ dilated: dilateMask(call.array('mask'), call.number('radius')) }),
  },
  'neuropil ring = dilate(mask, disk(outer)) & ~dilate(mask, disk(inner))': {
    answer: (call) => {
      const gap = call.number('inner');
      const ring = neuropilRing(call.array('mask'), call.number('outer') - gap, gap);
      return { ring, n_pixels: ring.values.reduce((sum, pixel) => sum + pixel, 0) };
    },
  },
  'pixel traces and 1-D summaries': {
    answer: (call) => {
      const mask = call.array('mask');
      const traces = pixelTraces(call.array('data'), mask);
      const trace = roiTrace(traces);
      return {
        n_frames_pixels: traces.shape,
        first_pixel: courseOf(traces, 0),
        last_pixel: courseOf(traces, traces.shape[1]! - 1),
        ...trace,
        weights_image: weightsImage(trace.weights, mask),
      };
    },
  },
  'data[:, y, x]': { answer: (call) => ({ traces: pixelTraces(call.array('data'), call.array('mask')) }) },
  'neuropil trace (mean, median)': {
    answer: (call) => ({ ...roiTrace(pixelTraces(call.array('data'), call.array('ring'))) }),
  },
  'extension: F - r*Fneu with r=0.7 (suite2p convention)': {
    answer: (call) => ({
      Fc: subtractNeuropil(call.values('F'), call.values('Fneu'), call.number('r')),
    }),
  },
};
