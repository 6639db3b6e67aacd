/** An array of a case as float64, C order, axes in the order of the manifest. */
export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** One call of a function of the reference: what it was given, without what it returned. */
export interface GoldenCall {
  readonly name: string;
  /** Name in the reference, e.g. `auto_conv_sub_pixel`. */
  readonly function: string;
  /**
   * both = documented and later code agree; spec = documented defaults; code = later code only;
   * corrected = the documented text where the library deviates.
   */
  readonly variant: 'both' | 'spec' | 'code' | 'corrected';
  /** Keyword arguments by the reference's names; what is absent has the default of the variant. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Positional arguments by the reference's names; stacks are [row, column, frame], whatever was stored. */
  readonly inputs: Readonly<Record<string, GoldenArray>>;
}

/** Outputs by the reference's names, in the shape of the reference. */
export type GoldenAnswer = Readonly<Record<string, GoldenArray>>;

/** One implementation of the reference's functions. */
export interface GoldenEngine {
  readonly name: 'reference' | 'wasm' | 'gpu';
  /** Tolerances its answers are held to. */
  readonly precision: 'f64' | 'f32';
  /**
   * Why it does not take such a call (the function is not per image, say), or null. Functions that no engine
   * knows do not get here: they fail.
   */
  skips(call: GoldenCall): string | null;
  /**
   * @throws {TweezertrackError} if the call is refused, e.g. a stack that is not square
   */
  answer(call: GoldenCall): Promise<GoldenAnswer>;
  close(): Promise<void>;
}

/** Makes an engine; why it cannot, e.g. that there is no GPU, is the message of its error. */
export type OpenGoldenEngine = () => Promise<GoldenEngine>;

/** Every function with cases: one that is not here counts as failed. */
export const GOLDEN_FUNCTIONS = [
  'binmean',
  'pearson',
  'gaussian',
  'gaussian_2d',
  'crop_stack_to_rois',
  'parabolic_vertex',
  '_qi_sample_axis_profiles',
  '_qi_quadratic_offsets',
  'qi',
  'center_of_mass',
  'auto_conv',
  'auto_conv_sub_pixel',
  'auto_conv_multiline',
  'auto_conv_multiline_sub_pixel',
  'radial_profile',
  'fft_profile',
  'fft_profile_with_center',
  'lookup_z',
  'stack_to_xyzp',
  'stack_to_xyzp_advanced',
  'simulate_beads',
  'simulate_zlut',
] as const;

export type GoldenFunction = (typeof GOLDEN_FUNCTIONS)[number];
