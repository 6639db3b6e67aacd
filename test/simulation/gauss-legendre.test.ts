import { expect, test } from 'vitest';
import { gaussLegendre } from '#simulation/gauss-legendre.ts';

test.each([1, 2, 3, 10, 33])('%d nodes integrate polynomials of degree 2 n - 1 exactly', (n) => {
  const { nodes, weights } = gaussLegendre(n, -1, 3);
  const degree = 2 * n - 1;
  const sum = nodes.reduce((total, x, index) => total + weights[index]! * ((x - 1) / 2) ** (degree - 1), 0);
  // Integral of ((x - 1) / 2)^(even) over [-1, 3].
  expect(sum).toBeCloseTo(4 / degree, 12);
  expect(nodes.every((x, index) => x > (nodes[index - 1] ?? -1) && x < 3)).toBe(true);
});

test('300 nodes integrate 80 turns of a wave to 12 digits', () => {
  const { nodes, weights } = gaussLegendre(300, 0, 1);
  const turns = 80.25;
  const sum = nodes.reduce(
    (total, x, index) => total + weights[index]! * Math.cos(2 * Math.PI * turns * x),
    0,
  );
  expect(sum).toBeCloseTo(1 / (2 * Math.PI * turns), 12);
});
