import { expect, test } from 'vitest';
import { detrendPolynomial } from '#calcium/detrend.ts';
import { peronaMalikDiffusion } from '#calcium/perona-malik.ts';
import { evaluatePolynomial, fitPolynomial } from '#calcium/polynomial.ts';
import { createRandom } from '#simulation/random.ts';

function noise(length: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => random.normal());
}

test('a polynomial is found again from its own points, highest power first', () => {
  const wanted = [0.5, -2, 3, 7];
  const x = Float64Array.from({ length: 30 }, (_, index) => index / 3 - 4);
  const { coefficients, fit } = fitPolynomial(
    x,
    x.map((at) => evaluatePolynomial(wanted, at)),
    3,
  );
  for (const [power, value] of wanted.entries()) expect(coefficients[power]).toBeCloseTo(value, 10);
  expect(fit[5]).toBeCloseTo(evaluatePolynomial(wanted, x[5]!), 10);
});

test('too few points for a degree are refused', () => {
  expect(() => fitPolynomial([0, 1, 2], [0, 1, 2], 3)).toThrow(/at least 4 for degree 3, received 3/);
});

test('a drift of fourth degree vanishes, also from ten thousand frames, and the mean may stay', () => {
  const frames = 10_000;
  const values = Float64Array.from({ length: frames }, (_, frame) => 1000 + ((frame - 4000) / 1500) ** 4);
  const traces = { shape: [1, frames], values };
  const { values: left } = detrendPolynomial(traces);
  expect(Math.max(...left.map(Math.abs))).toBeLessThan(1e-9 /* of 1256 counts: rounding */);
  const mean = values.reduce((sum, value) => sum + value, 0) / frames;
  expect(detrendPolynomial(traces, { keepMean: true }).values[17]).toBeCloseTo(mean, 8);
});

test('diffusion keeps the sum, smooths noise and leaves a high step', () => {
  const values = noise(400, 3).map((value, frame) => 0.02 * value + (frame < 200 ? 0 : 1));
  const { values: smooth } = peronaMalikDiffusion({ shape: [400], values });
  const sum = (of: Float64Array) => of.reduce((total, value) => total + value, 0);
  const spread = (of: Float64Array) => Math.sqrt(of.reduce((total, value) => total + value ** 2, 0));
  expect(sum(smooth)).toBeCloseTo(sum(values), 10);
  expect(spread(smooth.subarray(0, 150))).toBeLessThan(0.6 * spread(values.subarray(0, 150)));
  expect(smooth[200]! - smooth[199]!).toBeGreaterThan(0.8);
});

test('parameters of the diffusion out of their range are refused by name', () => {
  const traces = { shape: [2, 4], values: new Float64Array(8) };
  expect(() => peronaMalikDiffusion(traces, { kappa: 1.1 })).toThrow(/kappa: expected a number from 0 to 1/);
  expect(() => peronaMalikDiffusion(traces, { iters: 1.5 })).toThrow(/iters: expected an integer/);
});

test('an array whose values do not fill its axes is refused', () => {
  expect(() => detrendPolynomial({ shape: [2, 6], values: new Float64Array(10) })).toThrow(
    /axes \[neuron, frame\], received shape \[2, 6\] with 10 values/,
  );
});
