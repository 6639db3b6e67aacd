import { compileLoop, get, load, set, store, twice, VECTOR_BYTES, vector } from './vector-code.ts';

/** Vectors of a turn: one sum alone waits for each of its additions. */
const VECTORS = 4;
const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Opcodes of float64. */
const [PLUS, TIMES] = [vector(0xf0), vector(0xf2)];

/** A symmetric kernel along lines of one length. */
export interface SymmetricLine {
  /** The line with as many samples more on either side as the kernel reaches. */
  readonly extended: Float64Array;
  /** [sample], of the last run. */
  readonly filtered: Float64Array;
  readonly run: () => void;
}

/**
 * As `applySymmetric`, to the bit, compiled to WebAssembly for one kernel: worth it for many long lines.
 *
 * @param weights [distance], from the middle outward
 * @param length samples of a line
 */
export function compileSymmetric(weights: Float64Array, length: number): SymmetricLine {
  const reach = weights.length - 1;
  const [source, out, first] = [0, 1, 3];
  const weight = first + VECTORS;
  const at = (sample: number, index: number) => load(source, sample * BYTES + index * VECTOR_BYTES);
  const sums = Array.from({ length: VECTORS }, (_, index) => index);
  const body = [
    ...[...twice(weights[0]!), ...set(weight)],
    ...sums.flatMap((index) => [...get(weight), ...at(reach, index), ...TIMES, ...set(first + index)]),
    ...[...weights.keys()]
      .slice(1)
      .flatMap((distance) => [
        ...[...twice(weights[distance]!), ...set(weight)],
        ...sums.flatMap((index) => [
          ...[...get(first + index), ...get(weight)],
          ...[...at(reach - distance, index), ...at(reach + distance, index), ...PLUS],
          ...[...TIMES, ...PLUS, ...set(first + index)],
        ]),
      ]),
    ...sums.flatMap((index) => store(out, index * VECTOR_BYTES, first + index)),
  ];
  const stride = VECTORS * VECTOR_BYTES;
  // Whole turns are read and written.
  const outBytes = Math.ceil((length * BYTES) / stride) * stride;
  const outAt = 2 * reach * BYTES + outBytes;
  const { memory, run } = compileLoop(1, VECTORS + 1, body, stride, outAt + outBytes);
  return {
    extended: new Float64Array(memory, 0, length + 2 * reach),
    filtered: new Float64Array(memory, outAt, length),
    run: () => run(0, outAt, outAt + length * BYTES),
  };
}
