import { expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { createScene } from '#simulation/scene.ts';
import { createSceneMotion } from '#simulation/scene-motion.ts';

const scene = createScene({ beads: 6, referenceBeads: 2, radiiNm: [1000], zRangeNm: [3000, 4000], seed: 2 });
const references = scene.beads.filter(({ reference }) => reference);

test('reference beads stand still without drift while tethered ones move', () => {
  const motion = createSceneMotion(scene, { pixelSizeNm: 100 }, createRandom(1));
  const before = motion.truth.slice();
  motion.advance(0.01);
  for (const { bead, xPx, yPx, zNm, reference } of scene.beads) {
    const now = Array.from(motion.truth.subarray(3 * bead, 3 * bead + 3));
    if (reference) expect(now).toEqual([xPx, yPx, zNm]);
    else for (let axis = 0; axis < 3; axis++) expect(now[axis]).not.toBe(before[3 * bead + axis]);
  }
});

test('drift carries a reference bead by velocity times time, x and y in px of the pixel size', () => {
  const drift = { pixelSizeNm: 80, driftNmPerS: [8, -4, 3] } as const;
  const motion = createSceneMotion(scene, drift, createRandom(1));
  for (let frame = 0; frame < 100; frame++) motion.advance(0.05);
  for (const { bead, xPx, yPx, zNm } of references) {
    expect(motion.truth[3 * bead]).toBeCloseTo(xPx + 0.5, 9);
    expect(motion.truth[3 * bead + 1]).toBeCloseTo(yPx - 0.25, 9);
    expect(motion.truth[3 * bead + 2]).toBeCloseTo(zNm + 15, 9);
  }
});

test('a random walk of the stage is common to all reference beads and spreads with the root of time', () => {
  const walk = { pixelSizeNm: 100, walkNmPerRootS: [20, 20, 20] } as const;
  const motion = createSceneMotion(scene, walk, createRandom(4));
  const [a, b] = references.map(({ bead }) => bead) as [number, number];
  const restNm = references.map(({ zNm }) => zNm) as [number, number];
  let squares = 0;
  let last = 0;
  const steps = 4000;
  for (let step = 0; step < steps; step++) {
    motion.advance(0.25);
    const shift = motion.truth[3 * a + 2]! - restNm[0];
    expect(motion.truth[3 * b + 2]! - restNm[1]).toBeCloseTo(shift, 8);
    squares += (shift - last) ** 2;
    last = shift;
  }
  // 20 nm after 1 s is 10 nm after 0.25 s; 4 sigma of a variance from 4000 steps is 9 %.
  expect(Math.abs(squares / steps / 100 - 1)).toBeLessThan(0.09);
});

test('a tethered bead moves about its place at rest with the pendulum of its force and extension', () => {
  const tether = { forcePn: 1, extensionNm: 500 };
  const motion = createSceneMotion(scene, { pixelSizeNm: 50, tether }, createRandom(5));
  const { bead, xPx } = scene.beads.find(({ reference }) => !reference)!;
  const frames = 20_000;
  let sum = 0;
  let squares = 0;
  for (let frame = 0; frame < frames; frame++) {
    motion.advance(1);
    const offsetNm = (motion.truth[3 * bead]! - xPx) * 50;
    sum += offsetNm;
    squares += offsetNm ** 2;
  }
  const variance = (1.380649e-2 * 298) / (1 / 500);
  expect(Math.abs(sum / frames)).toBeLessThan(4 * Math.sqrt(variance / frames));
  expect(Math.abs(squares / frames / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / frames));
});

test('steps lift tethered beads at once and let them down again, reference beads stay', () => {
  const still = createSceneMotion(scene, { pixelSizeNm: 100 }, createRandom(3));
  const stepping = { pixelSizeNm: 100, stepNm: 150, stepEveryS: 0.5 };
  const motion = createSceneMotion(scene, stepping, createRandom(3));
  for (let frame = 1; frame <= 40; frame++) {
    for (const { advance } of [still, motion]) advance(0.0625);
    const isUp = Math.floor(frame / 8) % 2 === 1;
    for (const { bead, reference } of scene.beads) {
      const [dx, dy, dz] = [0, 1, 2].map(
        (axis) => motion.truth[3 * bead + axis]! - still.truth[3 * bead + axis]!,
      );
      expect([dx, dy]).toEqual([0, 0]);
      expect(dz).toBeCloseTo(isUp && !reference ? 150 : 0, 9);
    }
  }
});
