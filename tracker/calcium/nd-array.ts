import { CalciumError } from './calcium-error.ts';

/** Types of values, as cameras and NumPy files have them. */
export type NdValues =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Values in C order with their axes, slowest first: traces [neuron, frame], images [frame, row, column]. */
export interface NdArray<V extends NdValues = NdValues> {
  readonly shape: readonly number[];
  readonly values: V;
}

/** @returns an array of zeros in float64 */
export function zeros(shape: readonly number[]): NdArray<Float64Array> {
  return { shape, values: new Float64Array(product(shape)) };
}

/** Number of values of a shape. */
function product(shape: readonly number[]): number {
  return shape.reduce((values, axis) => values * axis, 1);
}

/**
 * Lengths of the axes.
 * @param axes names of the axes, slowest first, for the message
 * @throws {CalciumError} if there are more or fewer axes, or the values are not as many as the shape says
 */
export function axesOf(where: string, { shape, values }: NdArray, axes: readonly string[]): number[] {
  if (shape.length !== axes.length || product(shape) !== values.length) {
    throw new CalciumError({
      where,
      expected: `axes [${axes.join(', ')}]`,
      received: `shape [${shape.join(', ')}] with ${values.length} values`,
    });
  }
  return [...shape];
}

/** How many neurons and frames traces have; one trace [frame] counts as one neuron. */
export interface TraceAxes {
  readonly neurons: number;
  readonly frames: number;
}

/**
 * Neurons and frames of traces [neuron, frame] or of one trace [frame].
 * @throws {CalciumError} if the array has other axes
 */
export function traceAxes(where: string, traces: NdArray): TraceAxes {
  const isOne = traces.shape.length === 1;
  const axes = axesOf(where, traces, isOne ? ['frame'] : ['neuron', 'frame']);
  return { neurons: isOne ? 1 : axes[0]!, frames: axes.at(-1)! };
}

/** A copy of one row in float64, so that integers are not lost in what follows. */
export function rowOf({ values }: NdArray, row: number, length: number): Float64Array {
  return new Float64Array(values.subarray(row * length, (row + 1) * length));
}

/**
 * An array of the same shape to write to.
 * @param out the caller's room; may be the array itself when that is float64
 * @throws {CalciumError} if `out` has another length
 */
export function roomFor(
  where: string,
  { shape, values }: NdArray,
  out?: Float64Array,
): NdArray<Float64Array> {
  if (out && out.length !== values.length) {
    throw new CalciumError({
      where: `${where} out`,
      expected: `${values.length} values`,
      received: `${out.length}`,
    });
  }
  return { shape, values: out ?? new Float64Array(values.length) };
}

/** Zeroed values of the same type. */
export function emptyLike<V extends NdValues>(values: V, length = values.length): V {
  return new (values.constructor as new (length: number) => V)(length);
}
