/** Below it the power series keeps 10 digits, above it the asymptotic one does. */
const CROSSING = 14;

/**
 * Bessel function J0 of the first kind, to 1e-10 for every real argument.
 * Source: NIST Digital Library of Mathematical Functions, 10.2.2 (power series) and 10.17.3 (Hankel's expansion).
 */
export function besselJ0(argument: number): number {
  const x = Math.abs(argument);
  return x < CROSSING ? powerSeries(x) : hankelExpansion(x);
}

function powerSeries(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; Math.abs(term) > 1e-17; k++) {
    term *= -quarter / (k * k);
    sum += term;
  }
  return sum;
}

function hankelExpansion(x: number): number {
  let even = 0;
  let odd = 0;
  let term = 1;
  let smallest = Number.POSITIVE_INFINITY;
  // The terms shrink, then grow without end: stop at the smallest.
  for (let k = 0; Math.abs(term) < smallest && Math.abs(term) > 1e-17; k++) {
    smallest = Math.abs(term);
    if (k % 2 === 0) even += k % 4 === 0 ? term : -term;
    else odd += k % 4 === 1 ? term : -term;
    term *= -((2 * k + 1) ** 2) / (8 * x * (k + 1));
  }
  const angle = x - Math.PI / 4;
  return Math.sqrt(2 / (Math.PI * x)) * (even * Math.cos(angle) - odd * Math.sin(angle));
}
