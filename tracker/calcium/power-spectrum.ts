import { createFourier, type Fourier } from '#numerics/fourier.ts';
import { requirePositive } from './calcium-error.ts';
import { axesOf, type NdArray, zeros } from './nd-array.ts';
import { mean } from './statistics.ts';

/**
 * Power spectrum of a trace less its mean, |transform|^2: not normalized, one-sided bins not doubled.
 *
 * @param trace [frame], any unit
 * @param frameRate Hz
 * @returns `frequencies` [bin] Hz, from 0 to half the frame rate, and `power` [bin]
 * @throws {CalciumError} if the frame rate is not above 0
 */
export function powerSpectrum(
  trace: Float64Array,
  frameRate: number,
): { frequencies: Float64Array; power: Float64Array } {
  requirePositive('powerSpectrum frameRate', frameRate);
  const { length } = trace;
  const center = mean(trace);
  const line = new Float64Array(2 * length);
  for (let frame = 0; frame < length; frame++) line[2 * frame] = trace[frame]! - center;
  if (length > 0) createFourier(length).forward(line);
  const power = Float64Array.from(
    { length: Math.floor(length / 2) + 1 },
    (_, bin) => (line[2 * bin] ?? 0) ** 2 + (line[2 * bin + 1] ?? 0) ** 2,
  );
  return { frequencies: power.map((_, bin) => (bin * frameRate) / length), power };
}

/**
 * Spatial frequencies of an image, ln(1 + |transform|), with 0 in the middle, at [rows // 2, columns // 2].
 *
 * @param image [row, column]
 * @returns [row, column]
 * @throws {CalciumError} if the image has other axes
 */
export function logMagnitudeSpectrum(image: NdArray): NdArray<Float64Array> {
  const axes = axesOf('logMagnitudeSpectrum image', image, ['row', 'column']);
  const [rows, columns] = axes as [number, number];
  const field = new Float64Array(2 * rows * columns);
  for (const [pixel, value] of image.values.entries()) field[2 * pixel] = value;
  const alongRow = createFourier(columns);
  const alongColumn = createFourier(rows);
  for (let row = 0; row < rows; row++) transform(alongRow, field, row * columns, 1);
  for (let column = 0; column < columns; column++) transform(alongColumn, field, column, columns);
  const spectrum = zeros([rows, columns]);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = 2 * (row * columns + column);
      const to = ((row + (rows >> 1)) % rows) * columns + ((column + (columns >> 1)) % columns);
      spectrum.values[to] = Math.log1p(Math.hypot(field[from]!, field[from + 1]!));
    }
  }
  return spectrum;
}

/** Transforms the complex values that begin at `first` and lie `step` apart. */
function transform(
  { length, forward, room }: Fourier,
  field: Float64Array,
  first: number,
  step: number,
): void {
  for (let index = 0; index < length; index++) {
    const from = 2 * (first + index * step);
    room[2 * index] = field[from]!;
    room[2 * index + 1] = field[from + 1]!;
  }
  forward(room);
  for (let index = 0; index < length; index++) {
    const to = 2 * (first + index * step);
    field[to] = room[2 * index]!;
    field[to + 1] = room[2 * index + 1]!;
  }
}
