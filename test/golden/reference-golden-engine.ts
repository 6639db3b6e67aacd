import * as api from '#api/index.ts';
import type { GoldenAnswer, GoldenArray, GoldenCall, GoldenEngine, GoldenFunction } from './golden-engine.ts';
import { columnsOf, lineOf, stackOf, transposed } from './reference-axes.ts';
import { xyzpOptions } from './xyzp-options.ts';

/** Our options of the reference's keyword arguments: the same names in camelCase. */
export function optionsOf(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [camel(name), value]));
}

/** The public functions, in float64, with arrays turned to and from the order of the reference's axes. */
export async function openReferenceGoldenEngine(): Promise<GoldenEngine> {
  return {
    name: 'reference',
    precision: 'f64',
    skips: () => null,
    answer: async (call) => ANSWERS[call.function as GoldenFunction](call),
    close: async () => {},
  };
}

const ANSWERS: Record<GoldenFunction, (call: GoldenCall) => GoldenAnswer> = {
  binmean({ params, inputs }) {
    const { x, weights } = inputs as Inputs<'x' | 'weights'>;
    const [samples, sets] = x.shape as [number, number];
    const bins = Int32Array.from(transposed(x.data, samples, sets));
    const means = api.binmean(bins, transposed(weights.data, samples, sets), Number(params.n_bins), sets);
    return { bin_means: columnsOf(means, sets), x_after: columnsOf(Float64Array.from(bins), sets) };
  },
  pearson({ inputs }) {
    const { x, y } = inputs as Inputs<'x' | 'y'>;
    const [samples, xSets] = x.shape as [number, number];
    const ySets = y.shape[1]!;
    const turned = [transposed(x.data, samples, xSets), transposed(y.data, samples, ySets)] as const;
    return { r: { shape: [ySets, xSets], data: api.pearson(...turned, samples) } };
  },
  gaussian({ params, inputs }) {
    return { g: lineOf(api.gaussian(inputs.x!.data, Number(params.mu), Number(params.sigma))) };
  },
  gaussian_2d({ params, inputs }) {
    const { x, y, mu_x: muX, mu_y: muY } = inputs as Inputs<'x' | 'y' | 'mu_x' | 'mu_y'>;
    const images = api.gaussian2d(x.data, y.data, muX.data, muY.data, Number(params.sigma));
    const [rows, columns, count] = [y.data.length, x.data.length, muX.data.length];
    const data = new Float64Array(images.length);
    images.forEach((value, index) => {
      const [image, row, column] = [
        Math.floor(index / (rows * columns)),
        Math.floor(index / columns) % rows,
        index % columns,
      ];
      data[(column * rows + row) * count + image] = value;
    });
    return { g: { shape: [columns, rows, count], data } };
  },
  crop_stack_to_rois({ inputs }) {
    const { stack, rois } = inputs as Inputs<'stack' | 'rois'>;
    const count = rois.shape[0]!;
    const asked = Array.from({ length: count }, (_, roi) => {
      const [top, bottom, left, right] = rois.data.subarray(4 * roi, 4 * roi + 4);
      return { top: top!, bottom: bottom!, left: left!, right: right! };
    });
    const cropped = api.cropStackToRois(stackOf(stack), asked);
    const { rows, columns, frames } = cropped[0]!;
    const data = new Float64Array(rows * columns * frames * count);
    cropped.forEach(({ pixels }, roi) => {
      const turned = transposed(pixels, frames, rows * columns);
      turned.forEach((counts, index) => {
        data[index * count + roi] = counts;
      });
    });
    return { cropped: { shape: [rows, columns, frames, count], data } };
  },
  parabolic_vertex({ params, inputs }) {
    const { data, vertex_est: estimates } = inputs as Inputs<'data' | 'vertex_est'>;
    const weighted = params.weighted !== false;
    return {
      vertex: lineOf(api.parabolicVertex(data.data, estimates.data, Number(params.n_local), weighted)),
    };
  },
  _qi_sample_axis_profiles({ params, inputs }) {
    const { stack, x, y } = inputs as Inputs<'stack' | 'x' | 'y'>;
    const axis = params.axis === 1 ? 'x' : 'y';
    const samples = api.qiSampleAxisProfiles(stackOf(stack), x.data, y.data, axis);
    return { samples: { shape: [samples.length / 3, 3], data: samples } };
  },
  _qi_quadratic_offsets: ({ inputs }) => ({ offsets: lineOf(api.qiQuadraticOffsets(inputs.samples!.data)) }),
  qi: (call) => centersOf(api.qi(...seeded(call))),
  center_of_mass({ params, inputs }) {
    return centersOf(api.centerOfMass(stackOf(inputs.stack!), optionsOf(params)));
  },
  auto_conv(call) {
    if (!call.params.return_conv) return centersOf(api.autoConv(...seeded(call)));
    return convolutionsOf(api.autoConvolutions(...seeded(call)), call);
  },
  auto_conv_sub_pixel: (call) => centersOf(api.autoConvSubPixel(...seeded(call), optionsOf(call.params))),
  auto_conv_multiline(call) {
    const { return_conv: returnsConvolutions, ...params } = call.params;
    if (!returnsConvolutions) return centersOf(api.autoConvMultiline(...seeded(call), optionsOf(params)));
    return convolutionsOf(api.autoConvolutionsMultiline(...seeded(call), optionsOf(params)), call);
  },
  auto_conv_multiline_sub_pixel: (call) =>
    centersOf(api.autoConvMultilineSubPixel(...seeded(call), optionsOf(call.params))),
  radial_profile({ params, inputs }) {
    const { stack, x, y } = inputs as Inputs<'stack' | 'x' | 'y'>;
    const { profiles, frames } = api.radialProfile(stackOf(stack), x.data, y.data, optionsOf(params));
    return { profiles: columnsOf(profiles, frames) };
  },
  fft_profile: fftProfile,
  fft_profile_with_center: fftProfile,
  lookup_z({ name, params, inputs }) {
    const { profiles, zlut } = inputs as Inputs<'profiles' | 'zlut'>;
    const [radii, frames] = profiles.shape as [number, number];
    const turned = { profiles: transposed(profiles.data, radii, frames), frames, radii };
    return { z: lineOf(api.lookupZ(turned, zLutOf(name, zlut), optionsOf(params)).zNm) };
  },
  stack_to_xyzp: xyzp,
  stack_to_xyzp_advanced: xyzp,
  simulate_beads({ params, inputs }) {
    const { pixels, frames, rows, columns } = api.simulateBeads(inputs.xyz_nm!.data, optionsOf(params));
    const data = transposed(pixels, frames, rows * columns);
    return { stack: { shape: [rows, columns, frames], data } };
  },
  simulate_zlut({ params, inputs }) {
    const { oversample = 1, ...bead } = optionsOf(params);
    const zLut = api.simulateZLut(inputs.z_nm!.data, bead, Number(oversample));
    return { zlut: { shape: [1 + zLut.radii, zLut.planes], data: api.zLutToMatrix(zLut) } };
  },
};

type Inputs<Name extends string> = Record<Name, GoldenArray>;

/** Stack and old centers of a call. */
function seeded({ inputs }: GoldenCall): [ReturnType<typeof stackOf>, Float64Array, Float64Array] {
  const { stack, x_old: xOld, y_old: yOld } = inputs as Inputs<'stack' | 'x_old' | 'y_old'>;
  return [stackOf(stack), xOld.data, yOld.data];
}

function centersOf({ xPx, yPx }: api.Centers): GoldenAnswer {
  return { x: lineOf(xPx), y: lineOf(yPx) };
}

function convolutionsOf(
  { xMax, yMax, xConv, yConv }: api.Convolutions,
  { inputs }: GoldenCall,
): GoldenAnswer {
  const [, size, frames] = inputs.stack!.shape as [number, number, number];
  return {
    col_max: lineOf(yMax),
    row_max: lineOf(xMax),
    col_con: columnsOf(yConv, frames),
    row_con: { shape: [frames, size], data: xConv },
  };
}

function fftProfile({ variant, params, inputs }: GoldenCall): GoldenAnswer {
  const stack = stackOf(inputs.stack!);
  const { x, y } = inputs;
  const window = variant === 'corrected' ? 'at-center' : 'axes-swapped';
  const { profiles, frames } =
    x && y
      ? api.fftProfile(stack, x.data, y.data, { ...optionsOf(params), window })
      : api.fftProfileWholeFrame(stack, optionsOf(params));
  const after = transposed(stack.pixels, frames, stack.rows * stack.columns);
  return {
    profile: columnsOf(profiles, frames),
    stack_after: { shape: inputs.stack!.shape, data: after },
  };
}

function xyzp(call: GoldenCall): GoldenAnswer {
  const { stack, zlut } = call.inputs;
  const zLut = zlut ? zLutOf(call.name, zlut) : null;
  const track = api.stackToXyzpAdvanced(stackOf(stack!), zLut, xyzpOptions(call));
  return {
    x: lineOf(track.xPx),
    y: lineOf(track.yPx),
    z: lineOf(track.zNm),
    profiles: columnsOf(track.profiles, track.frames),
  };
}

function zLutOf(name: string, { shape, data }: GoldenArray): api.ZLut {
  return api.zLutFromMatrix(name, data, shape[0]!, shape[1]!);
}
