import { expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { halvesApart } from '#tracker/commands/bench/pixel-halves.ts';
import { ringModel, smoothRings } from '../../stages/ring-model.ts';

const SIZE = 36;

test('two halves of the pixels differ by the sigma that is stated of it', () => {
  const random = createRandom(4);
  const model = ringModel();
  const apart = Array.from({ length: 150 }, () => {
    const [xPx, yPx] = [17.5 + random.uniform(), 17.5 + random.uniform()];
    const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, at) =>
      random.poisson(smoothRings(Math.hypot((at % SIZE) - xPx, Math.floor(at / SIZE) - yPx), 510)),
    );
    return halvesApart(pixels, model, xPx, yPx, 510)!;
  }).flat();
  const spread = Math.sqrt(apart.reduce((sum, sigmas) => sum + sigmas ** 2, 0) / apart.length);
  // 300 numbers know their spread to 4 %.
  expect(Math.abs(spread - 1)).toBeLessThan(0.12);
});

test('an image that is all the same has none', () => {
  expect(halvesApart(new Float64Array(SIZE * SIZE).fill(Number.NaN), ringModel(), 18, 18, 510)).toBeNull();
});
