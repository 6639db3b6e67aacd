import type { NdValues } from './nd-array.ts';
import { rankNetwork } from './rank-network.ts';

/** Bytes that one instruction works on. */
export const VECTOR_BYTES = 16;
const PAGE_BYTES = 65_536;

/** A value that a result is chosen from: on which line, and how many px to the right. */
export interface LineElement {
  readonly line: number;
  readonly column: number;
}

/** A compiled kernel and the memory that its addresses are in. */
export interface RankKernel {
  readonly memory: ArrayBuffer;
  /** Fills from address `out` to `end` with the values of the rank; each line by the address of what is leftmost. */
  readonly run: (...linesThenOutAndEnd: number[]) => void;
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
 * Compiles WebAssembly that takes, for a vector of pixels at once, the value of a rank among the elements.
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
): RankKernel {
  const body = composeBody(values, lines, elements, rank);
  const parameters = new Array<number>(lines + 2).fill(I32);
  const memory = [...encodeName('memory'), 0x02, 0x00];
  const run = [...encodeName('run'), 0x00, 0x00];
  const code = Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, ...sized(parameters), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0x00, ...unsigned(Math.ceil(bytes / PAGE_BYTES))]),
    ...section(7, [2, ...memory, ...run]),
    ...section(10, [1, ...sized(body)]),
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  return {
    memory: (exports.memory as WebAssembly.Memory).buffer,
    run: exports.run as RankKernel['run'],
  };
}

const [I32, V128, NOTHING] = [0x7f, 0x7b, 0x40];
const [LOOP, BRANCH_IF, END] = [0x03, 0x0d, 0x0b];
const [GET, SET, CONSTANT, ADD, BELOW] = [0x20, 0x21, 0x41, 0x6a, 0x49];
const [VECTOR, LOAD, STORE] = [0xfd, 0x00, 0x0b];

/** A loop: loads every element, brings the wanted one to its place, stores it, and goes on by a vector. */
function composeBody(
  values: NdValues,
  lines: number,
  elements: readonly LineElement[],
  rank: number,
): number[] {
  const [out, end, first] = [lines, lines + 1, lines + 2];
  const get = (local: number) => [GET, ...unsigned(local)];
  const set = (local: number) => [SET, ...unsigned(local)];
  const [min, max] = extremesOf(values).map((operation) => [VECTOR, ...unsigned(operation)]);
  const load = ({ line, column }: LineElement, index: number) => [
    ...[...get(line), VECTOR, LOAD, 0, ...unsigned(column * values.BYTES_PER_ELEMENT)],
    ...set(first + index),
  ];
  const order = ([low, high]: readonly [number, number]) => {
    const both = [...get(first + low), ...get(first + high)];
    return [...both, ...min!, ...both, ...max!, ...set(first + high), ...set(first + low)];
  };
  const advance = (local: number) => [...get(local), CONSTANT, VECTOR_BYTES, ADD, ...set(local)];
  return [
    ...[1, ...unsigned(elements.length), V128],
    ...[LOOP, NOTHING],
    ...elements.flatMap(load),
    ...rankNetwork(elements.length, rank).flatMap(order),
    ...[...get(out), ...get(first + rank), VECTOR, STORE, 0, 0],
    ...Array.from({ length: lines + 1 }, (_, local) => advance(local)).flat(),
    ...[...get(out), ...get(end), BELOW, BRANCH_IF, 0],
    ...[END, END],
  ];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content];
}

function encodeName(name: string): number[] {
  return sized([...Buffer.from(name)]);
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}
