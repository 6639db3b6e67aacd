import { CalciumError, requireInteger } from './calcium-error.ts';
import { requireNeurons } from './event-measures.ts';
import { axesOf, emptyLike, type NdArray, type NdValues, traceAxes, zeros } from './nd-array.ts';

/**
 * Events as ones in a table of zeros.
 *
 * @param eventFrames per neuron its frames; a frame may come twice
 * @param totalFrames frames of the table; up to the last event when absent
 * @returns [neuron, frame] of 0 and 1
 * @throws {CalciumError} if an event is not in the table, or there is neither an event nor a number of frames
 */
export function generateRaster(
  eventFrames: readonly ArrayLike<number>[],
  totalFrames?: number,
): NdArray<Int32Array> {
  const last = eventFrames.reduce((most, ofNeuron) => Math.max(most, ...Array.from(ofNeuron)), -1);
  const frames = totalFrames ?? last + 1;
  if (totalFrames === undefined && eventFrames.every((ofNeuron) => ofNeuron.length === 0)) {
    throw new CalciumError({
      where: 'generateRaster totalFrames',
      expected: 'a number of frames, since there are no events',
      received: 'none',
    });
  }
  requireInteger('generateRaster totalFrames', frames, 0);
  requireNeurons('generateRaster', eventFrames, eventFrames.length, frames);
  const values = new Int32Array(eventFrames.length * frames);
  for (const [neuron, ofNeuron] of eventFrames.entries()) {
    for (let index = 0; index < ofNeuron.length; index++) values[neuron * frames + ofNeuron[index]!] = 1;
  }
  return { shape: [eventFrames.length, frames], values };
}

/**
 * Cuts traces into trials of equal length.
 *
 * @param traces [neuron, frame]
 * @param chunkSize frames of a trial
 * @returns [trial, neuron, frame]
 * @throws {CalciumError} if the trials do not fill the frames
 */
export function generateTensor<V extends NdValues>(traces: NdArray<V>, chunkSize: number): NdArray<V> {
  requireInteger('generateTensor chunkSize', chunkSize, 1);
  const { neurons, frames } = traceAxes('generateTensor traces', traces);
  if (frames % chunkSize !== 0) {
    throw new CalciumError({
      where: 'generateTensor chunkSize',
      expected: `a divisor of ${frames} frames`,
      received: `${chunkSize}`,
      remedy: `cut the traces to ${frames - (frames % chunkSize)} frames`,
    });
  }
  const trials = frames / chunkSize;
  const values = emptyLike(traces.values);
  for (let trial = 0; trial < trials; trial++) {
    for (let neuron = 0; neuron < neurons; neuron++) {
      const from = neuron * frames + trial * chunkSize;
      values.set(traces.values.subarray(from, from + chunkSize), (trial * neurons + neuron) * chunkSize);
    }
  }
  return { shape: [trials, neurons, chunkSize], values };
}

/**
 * Joins trials again, the inverse of `generateTensor`.
 *
 * @param tensor [trial, neuron, frame]
 * @returns [neuron, frame]
 * @throws {CalciumError} if the array has other axes
 */
export function mergeTensor<V extends NdValues>(tensor: NdArray<V>): NdArray<V> {
  const axes = axesOf('mergeTensor tensor', tensor, ['trial', 'neuron', 'frame']);
  const [trials, neurons, chunk] = axes as [number, number, number];
  const values = emptyLike(tensor.values);
  for (let trial = 0; trial < trials; trial++) {
    for (let neuron = 0; neuron < neurons; neuron++) {
      const from = (trial * neurons + neuron) * chunk;
      values.set(tensor.values.subarray(from, from + chunk), (neuron * trials + trial) * chunk);
    }
  }
  return { shape: [neurons, trials * chunk], values };
}

/**
 * One component of every neuron, its chunks joined.
 *
 * @param factorized per neuron its chunks [component, frame]; a chunk may have any number of frames, the same for
 *   all neurons
 * @returns [neuron, frame]
 * @throws {CalciumError} if a chunk has no such component, or the neurons differ in their number of frames
 */
export function mergeFactorizedMatrices(
  factorized: readonly (readonly NdArray[])[],
  component = 0,
): NdArray<Float64Array> {
  requireInteger('mergeFactorizedMatrices component', component, 0);
  const where = (neuron: number, chunk: number) => `mergeFactorizedMatrices factorized[${neuron}][${chunk}]`;
  const rows = factorized.map((chunks, neuron) =>
    chunks.flatMap((matrix, chunk) => {
      const axes = axesOf(where(neuron, chunk), matrix, ['component', 'frame']);
      const [components, frames] = axes as [number, number];
      if (component >= components) {
        throw new CalciumError({
          where: where(neuron, chunk),
          expected: `a component ${component}`,
          received: `${components} components`,
        });
      }
      return Array.from(matrix.values.subarray(component * frames, (component + 1) * frames));
    }),
  );
  const frames = rows[0]?.length ?? 0;
  const other = rows.findIndex((row) => row.length !== frames);
  if (other >= 0) {
    throw new CalciumError({
      where: `mergeFactorizedMatrices factorized[${other}]`,
      expected: `${frames} frames, as the first neuron`,
      received: `${rows[other]!.length}`,
    });
  }
  const merged = zeros([rows.length, frames]);
  for (const [neuron, row] of rows.entries()) merged.values.set(row, neuron * frames);
  return merged;
}
