import { expect, test } from 'vitest';
import { createFourier, forward2d, forwardReal2d, inverse2d } from '#numerics/fourier.ts';
import { createRandom } from '#simulation/random.ts';

/** The definition, term by term. */
function slowTransform(line: Float64Array): Float64Array {
  const n = line.length / 2;
  const out = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      out[2 * k]! += line[2 * j]! * Math.cos(angle) - line[2 * j + 1]! * Math.sin(angle);
      out[2 * k + 1]! += line[2 * j]! * Math.sin(angle) + line[2 * j + 1]! * Math.cos(angle);
    }
  }
  return out;
}

test.each([1, 2, 3, 8, 12, 13, 66, 96, 128, 150])('a line of %d values is transformed as defined', (n) => {
  const random = createRandom(n);
  const line = Float64Array.from({ length: 2 * n }, random.normal);
  const want = slowTransform(line);
  createFourier(n).forward(line);
  line.forEach((value, index) => {
    expect(Math.abs(value - want[index]!)).toBeLessThan(1e-12 * n);
  });
});

test('a shifted impulse becomes a plane wave, column frequency along columns', () => {
  const n = 6;
  const field = new Float64Array(2 * n * n);
  field[2 * (1 * n + 2)] = 1;
  forward2d(createFourier(n), field);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const angle = (-2 * Math.PI * (row * 1 + column * 2)) / n;
      expect(field[2 * (row * n + column)]).toBeCloseTo(Math.cos(angle), 12);
      expect(field[2 * (row * n + column) + 1]).toBeCloseTo(Math.sin(angle), 12);
    }
  }
});

test.each([
  [8, 5],
  [9, 5],
  [9, 2],
  [10, 6],
])('%i x %i columns of real values are those of the complex transform', (n, columns) => {
  const random = createRandom(n);
  const values = Float64Array.from({ length: n * n }, random.normal);
  const want = Float64Array.from({ length: 2 * n * n }, (_, index) =>
    index % 2 === 0 ? values[index / 2]! : 0,
  );
  const fourier = createFourier(n);
  forward2d(fourier, want);
  const got = new Float64Array(2 * n * n);
  forwardReal2d(fourier, values, columns, got);
  got.forEach((value, index) => {
    if (Math.floor(index / 2) % n < columns) expect(value).toBeCloseTo(want[index]!, 12);
  });
});

test('the inverse gives the field back', () => {
  const fourier = createFourier(10);
  const random = createRandom(1);
  const field = Float64Array.from({ length: 200 }, random.normal);
  const got = field.slice();
  forward2d(fourier, got);
  inverse2d(fourier, got);
  got.forEach((value, index) => {
    expect(value).toBeCloseTo(field[index]!, 12);
  });
});
