import type { NdValues } from './nd-array.ts';
import { rankNetwork } from './rank-network.ts';
import { compileLoop, get, load, set, store, VECTOR_BYTES, type VectorLoop, vector } from './vector-code.ts';

/** A value that a result is chosen from: on which line, and how many px to the right. */
export interface LineElement {
  readonly line: number;
  readonly column: number;
}

/** Opcodes of the smaller and the larger of two vectors. Those of floats are of one instruction, and not for NaN. */
function extremesOf(values: NdValues): readonly [min: number, max: number] {
  if (values instanceof Uint8Array) return [0x77, 0x79];
  if (values instanceof Int8Array) return [0x76, 0x78];
  if (values instanceof Uint16Array) return [0x97, 0x99];
  if (values instanceof Int16Array) return [0x96, 0x98];
  if (values instanceof Uint32Array) return [0xb7, 0xb9];
  if (values instanceof Int32Array) return [0xb6, 0xb8];
  return values instanceof Float32Array ? [0xea, 0xeb] : [0xf6, 0xf7];
}

/**
 * Compiles WebAssembly that takes, for a vector of pixels at once, the value of a rank among the elements. Its
 * addresses are those of what is leftmost on each line.
 *
 * @param values of the type that the lines have
 * @param lines how many there are
 * @param rank from 0
 * @param bytes of the memory
 */
export function compileRankKernel(
  values: NdValues,
  lines: number,
  elements: readonly LineElement[],
  rank: number,
  bytes: number,
): VectorLoop {
  const first = lines + 2;
  const [min, max] = extremesOf(values).map(vector);
  const take = ({ line, column }: LineElement, index: number) => [
    ...load(line, column * values.BYTES_PER_ELEMENT),
    ...set(first + index),
  ];
  const order = ([low, high]: readonly [number, number]) => {
    const both = [...get(first + low), ...get(first + high)];
    return [...both, ...min!, ...both, ...max!, ...set(first + high), ...set(first + low)];
  };
  const body = [
    ...elements.flatMap(take),
    ...rankNetwork(elements.length, rank).flatMap(order),
    ...store(lines, 0, first + rank),
  ];
  return compileLoop(lines, elements.length, body, VECTOR_BYTES, bytes);
}
