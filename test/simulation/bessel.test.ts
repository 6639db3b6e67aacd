import { expect, test } from 'vitest';
import { besselJ0 } from '#simulation/bessel.ts';

/** Bessel's own integral by the trapezoidal rule, which converges to rounding once it has more than x nodes. */
function integralJ0(x: number): number {
  const nodes = 400;
  let sum = 0;
  for (let node = 0; node < nodes; node++) sum += Math.cos(x * Math.sin((Math.PI * (node + 0.5)) / nodes));
  return sum / nodes;
}

test('J0 agrees with its integral representation to 1e-10 from -200 to 200', () => {
  let worst = 0;
  for (let x = -200; x < 200; x += 0.0937) worst = Math.max(worst, Math.abs(besselJ0(x) - integralJ0(x)));
  expect(worst).toBeLessThan(1e-10);
});

test('J0 is 1 at 0 and vanishes at its first and twentieth zero', () => {
  expect(besselJ0(0)).toBe(1);
  expect(Math.abs(besselJ0(2.404825557695773))).toBeLessThan(1e-14);
  expect(Math.abs(besselJ0(62.048469190227166))).toBeLessThan(1e-12);
});
