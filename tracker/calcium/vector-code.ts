/** Bytes that one instruction works on. */
export const VECTOR_BYTES = 16;
const PAGE_BYTES = 65_536;

const [I32, V128, NOTHING] = [0x7f, 0x7b, 0x40];
const [LOOP, BRANCH_IF, END] = [0x03, 0x0d, 0x0b];
const [GET, SET, CONSTANT, ADD, BELOW] = [0x20, 0x21, 0x41, 0x6a, 0x49];
const [VECTOR, LOAD, STORE, VECTOR_CONSTANT] = [0xfd, 0x00, 0x0b, 0x0c];

/** Pieces of WebAssembly. */
export const get = (local: number): number[] => [GET, ...unsigned(local)];
export const set = (local: number): number[] => [SET, ...unsigned(local)];
export const vector = (operation: number): number[] => [VECTOR, ...unsigned(operation)];
export const load = (address: number, offset: number): number[] => [
  ...[...get(address), VECTOR, LOAD, 0],
  ...unsigned(offset),
];
export const store = (address: number, offset: number, local: number): number[] => [
  ...[...get(address), ...get(local), VECTOR, STORE, 0],
  ...unsigned(offset),
];
/** A float64 twice. */
export const twice = (value: number): number[] => [
  ...[VECTOR, VECTOR_CONSTANT],
  ...new Uint8Array(Float64Array.of(value, value).buffer),
];

/** A compiled loop and the memory that its addresses are in. */
export interface VectorLoop {
  readonly memory: ArrayBuffer;
  /** Runs until the last but one address reaches the last: those that it reads from, where it writes, and the end. */
  readonly run: (...addresses: number[]) => void;
}

/**
 * Compiles a loop over vectors. Its addresses are locals 0 to `sources` + 1; after each turn all but the last go on.
 *
 * @param sources addresses that it reads from
 * @param vectors locals from `sources` + 2 on
 * @param body of one turn
 * @param stride bytes of a turn, below 8192
 * @param bytes of the memory
 */
export function compileLoop(
  sources: number,
  vectors: number,
  body: readonly number[],
  stride: number,
  bytes: number,
): VectorLoop {
  const [out, end] = [sources, sources + 1];
  // The second byte carries bits 7 to 12 of a signed number.
  const step = [(stride % 128) + 128, Math.floor(stride / 128)];
  const advance = (local: number) => [...get(local), CONSTANT, ...step, ADD, ...set(local)];
  const code = [
    ...[1, ...unsigned(vectors), V128],
    ...[LOOP, NOTHING],
    ...body,
    ...Array.from({ length: sources + 1 }, (_, local) => advance(local)).flat(),
    ...[...get(out), ...get(end), BELOW, BRANCH_IF, 0],
    ...[END, END],
  ];
  const memory = [...sized([...Buffer.from('memory')]), 0x02, 0x00];
  const run = [...sized([...Buffer.from('run')]), 0x00, 0x00];
  const module = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, ...sized(new Array<number>(sources + 2).fill(I32)), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0x00, ...unsigned(Math.ceil(bytes / PAGE_BYTES))]),
    ...section(7, [2, ...memory, ...run]),
    ...section(10, [1, ...sized(code)]),
  ]);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  return {
    memory: (exports.memory as WebAssembly.Memory).buffer,
    run: exports.run as VectorLoop['run'],
  };
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}
