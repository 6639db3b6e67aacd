import { requireInteger, requireNumber } from './calcium-error.ts';
import { type NdArray, traceAxes, zeros } from './nd-array.ts';

/** What blocks are cut from: an array or a typed array. */
interface Sliceable<S> {
  readonly length: number;
  slice(start: number, end: number): S;
}

/**
 * Blocks of a sequence, each beginning with the last `blockBuffer` items of the one before it.
 *
 * @param blockSize items of a block, at least 2; the last one may have fewer
 * @throws {CalciumError} if the block is too small, or no larger than the buffer
 */
export function* generateBlocks<S extends Sliceable<S>>(
  sequence: S,
  blockSize: number,
  blockBuffer = 0,
): Generator<S, void> {
  requireInteger('generateBlocks blockSize', blockSize, 2);
  requireInteger('generateBlocks blockBuffer', blockBuffer, 0);
  requireNumber(
    'generateBlocks blockBuffer',
    blockBuffer,
    `less than the block size of ${blockSize}`,
    blockBuffer < blockSize,
    'take larger blocks',
  );
  const { length } = sequence;
  for (let start = 0; start < length; start += blockSize - blockBuffer) {
    yield sequence.slice(start, Math.min(start + blockSize, length));
    if (start + blockSize >= length) return;
  }
}

/** Items [first, end) that a block is for, and with those beside it that it needs. */
export interface OverlappingBlock {
  readonly core: readonly [number, number];
  readonly withHalo: readonly [number, number];
}

/**
 * Blocks whose cores part a sequence, each with so many items on both sides as there are.
 *
 * @param length items of the sequence
 * @param blockSize items of a core, at least 1; the last one may have fewer
 * @param blockBuffer items on either side
 * @throws {CalciumError} if one is not an integer in its range
 */
export function* generateOverlappingBlocks(
  length: number,
  blockSize: number,
  blockBuffer: number,
): Generator<OverlappingBlock, void> {
  requireInteger('generateOverlappingBlocks length', length, 0);
  requireInteger('generateOverlappingBlocks blockSize', blockSize, 1);
  requireInteger('generateOverlappingBlocks blockBuffer', blockBuffer, 0);
  for (let start = 0; start < length; start += blockSize) {
    const end = Math.min(start + blockSize, length);
    yield {
      core: [start, end],
      withHalo: [Math.max(0, start - blockBuffer), Math.min(length, end + blockBuffer)],
    };
  }
}

/**
 * Full windows along a sequence.
 *
 * @param windowLength items of a window
 * @param stepSize items from one window to the next
 * @throws {CalciumError} if the sequence is shorter than a window
 */
export function* generateSlidingWindow<S extends Sliceable<S>>(
  sequence: S,
  windowLength: number,
  stepSize = 1,
): Generator<S, void> {
  requireWindow('generateSlidingWindow', sequence.length, windowLength, stepSize);
  for (let start = 0; start + windowLength <= sequence.length; start += stepSize) {
    yield sequence.slice(start, start + windowLength);
  }
}

function requireWindow(where: string, length: number, windowLength: number, stepSize: number): void {
  requireInteger(`${where} windowLength`, windowLength, 1);
  requireInteger(`${where} stepSize`, stepSize, 1);
  requireNumber(
    `${where} windowLength`,
    windowLength,
    `at most the ${length} items of the sequence`,
    windowLength <= length,
  );
}

/**
 * A number for every window of every trace.
 *
 * @param traces [neuron, frame] or [frame]
 * @param windowLength frames
 * @param reduce makes the number of a window [frame], which it may reorder
 * @returns [window, neuron], a window for every frame it may begin with
 * @throws {CalciumError} if the traces are shorter than a window
 */
export function slidingWindow(
  traces: NdArray,
  windowLength: number,
  reduce: (window: Float64Array) => number,
): NdArray<Float64Array> {
  const { neurons, frames } = traceAxes('slidingWindow traces', traces);
  requireWindow('slidingWindow', frames, windowLength, 1);
  const result = zeros([frames - windowLength + 1, neurons]);
  for (let neuron = 0; neuron < neurons; neuron++) {
    for (let start = 0; start + windowLength <= frames; start++) {
      const from = neuron * frames + start;
      const window = Float64Array.from(traces.values.subarray(from, from + windowLength));
      result.values[start * neurons + neuron] = reduce(window);
    }
  }
  return result;
}
