/** Nodes and weights of a quadrature rule on an interval. */
export interface Quadrature {
  nodes: Float64Array;
  weights: Float64Array;
}

/**
 * Gauss-Legendre rule on [from, to], exact for polynomials up to degree 2 n - 1.
 * Source: Newton's method on the Legendre polynomial from Tricomi's first guess of its roots.
 */
export function gaussLegendre(n: number, from: number, to: number): Quadrature {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  const middle = (from + to) / 2;
  const half = (to - from) / 2;
  for (let index = 0; index < n; index++) {
    let x = Math.cos((Math.PI * (index + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      let before = 1;
      let value = x;
      for (let k = 2; k <= n; k++)
        [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (x * value - before)) / (x * x - 1);
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-15) break;
    }
    nodes[index] = middle - half * x;
    weights[index] = (2 * half) / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
