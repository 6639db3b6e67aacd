import { directionsOf } from '#stages/polar-samples.ts';
import { windowOf } from '#stages/quadrant-interpolation.ts';
import { roundHalfEven } from '#stages/round-half-even.ts';
import { WINDOW_SHARE } from '#stages/self-convolution.ts';

/** f64 numbers that a stage needs ready-made for an ROI of `size` px, from what its `constants` gives. */
type Tables = (constants: Readonly<Record<string, number>>, size: number) => Float64Array;

/** [stage] its tables, where it has any. */
export const WASM_TABLES: Readonly<Record<string, Tables>> = {
  'auto-conv': (_, size) => gaussian(size),
  'auto-conv-sub-pixel': (_, size) => gaussian(size),
  'auto-conv-multiline': (_, size) => gaussian(size),
  'auto-conv-multiline-sub-pixel': (_, size) => gaussian(size),
  'quadrant-interpolation': quadrants,
  'fft-profile': frequencyBins,
  'radial-profile': ({ radialProfileAngles }) => directions(radialProfileAngles!),
};

/** [distance] the window of a self-convolution at whole px from its center. */
function gaussian(size: number): Float64Array {
  const sigma = size * WINDOW_SHARE;
  return Float64Array.from({ length: size }, (_, distance) => Math.exp(-0.5 * (distance / sigma) ** 2));
}

/** [radius] window of the halves, then for each iteration [angle] cosine and sine. */
function quadrants(constants: Readonly<Record<string, number>>): Float64Array {
  const angles = Array.from({ length: constants.quadrantInterpolationIterations! }, (_, iteration) =>
    directions(constants[`quadrantInterpolationAngles${iteration}`]!),
  );
  const window = windowOf(constants.quadrantInterpolationRadii!);
  return Float64Array.from([...window, ...angles.flatMap((pairs) => [...pairs])]);
}

/** [angle] cosine and sine. */
function directions(angles: number): Float64Array {
  const { cosines, sines } = directionsOf(angles);
  return Float64Array.from({ length: 2 * angles }, (_, index) =>
    index % 2 === 0 ? cosines[index >> 1]! : sines[index >> 1]!,
  );
}

/** [k] cosine and sine of k turns of the size; [group of four fy, fx, fy of it] byte of the bin; [bin] 1 / coefficients. */
function frequencyBins(constants: Readonly<Record<string, number>>, size: number): Float64Array {
  const oversample = constants.fftProfileOversample!;
  const bins = constants.fftProfileBins!;
  const frequencies = Math.floor((bins - 1) / oversample) + 1;
  const coefficients = new Float64Array(bins + 1);
  const offsets: number[] = [];
  for (let group = 0; group < frequencies; group += 4) {
    for (let fx = 0; fx < frequencies; fx++) {
      for (let fy = group; fy < group + 4; fy++) {
        // Behind the last bin is one for what reaches none.
        const bin = Math.min(bins, roundHalfEven(Math.sqrt(fx * fx + fy * fy) * oversample));
        coefficients[bin]! += fy > 0 ? 2 : 1;
        offsets.push(8 * bin);
      }
    }
  }
  const circle = Array.from({ length: 2 * size }, (_, index) => {
    const turns = (index >> 1) / size;
    return index % 2 === 0 ? Math.cos(2 * Math.PI * turns) : Math.sin(2 * Math.PI * turns);
  });
  const shares = Array.from(coefficients, (count) => (count === 0 ? Number.NaN : 1 / count));
  return Float64Array.from([...circle, ...offsets, ...shares]);
}
