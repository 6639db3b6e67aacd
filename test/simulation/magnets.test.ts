import { describe, expect, test } from 'vitest';
import { hatShare, magnetForcePn, pulledTether } from '#simulation/magnets.ts';
import { createRandom } from '#simulation/random.ts';
import { createScene } from '#simulation/scene.ts';
import { createSceneMotion } from '#simulation/scene-motion.ts';

const magnets = { restMm: 3, forcePn: 2, decayMm: 1.6, hatTurns: 30 };
const tether = { extensionNm: 1000 };

describe('magnets', () => {
  test('pull with their force at rest, and e times as much a decay length lower', () => {
    expect(magnetForcePn(magnets, 3)).toBe(2);
    expect(magnetForcePn(magnets, 1.4)).toBeCloseTo(2 * Math.E, 10);
    expect(magnetForcePn(magnets, 4.6)).toBeCloseTo(2 / Math.E, 10);
  });

  test('pull with 0.1 pN at least, or their force at rest where that is less', () => {
    expect(magnetForcePn(magnets, 100)).toBe(0.1);
    expect(magnetForcePn({ ...magnets, forcePn: 0.05 }, 100)).toBe(0.05);
  });

  test('leave a tether a parabola of its extension when they turn, and 0.3 of it far out', () => {
    expect(hatShare(magnets, 0)).toBe(1);
    expect(hatShare(magnets, 15)).toBe(0.75);
    expect(hatShare(magnets, -15)).toBe(0.75);
    expect(hatShare(magnets, 29)).toBe(0.3);
  });

  test('stretch a tether by the stiff worm-like chain', () => {
    expect(pulledTether(tether, magnets, { magnetMm: 3, magnetTurns: 0 }).extensionNm).toBeCloseTo(1000, 9);
    // By hand: kT = 4.1143 pN nm, slack sqrt(kT / 4 P F) is 0.10143 at 2 pN and 0.061521 at 5.43656 pN.
    const lower = pulledTether(tether, magnets, { magnetMm: 1.4, magnetTurns: 0 });
    expect(lower.extensionNm).toBeCloseTo((1000 / (1 - 0.10143)) * (1 - 0.061521), 1);
    const turned = pulledTether(tether, magnets, { magnetMm: 1.4, magnetTurns: 15 });
    expect(turned.extensionNm).toBeCloseTo(0.75 * lower.extensionNm, 9);
    expect(turned.forcePn).toBe(lower.forcePn);
  });
});

describe('beads under magnets', () => {
  const scene = createScene({ beads: 2, referenceBeads: 1, radiiNm: [1400], zRangeNm: [0, 1], seed: 3 });
  const tethered = scene.beads.findIndex(({ reference }) => !reference);

  /** Mean height and standard deviation of x of the tethered bead, and height of the other, over 20 000 steps. */
  function measure(magnetMm: number) {
    const motion = createSceneMotion(scene, { pixelSizeNm: 100, tether }, createRandom(5));
    motion.pull(pulledTether(tether, magnets, { magnetMm, magnetTurns: 0 }));
    const steps = 20_000;
    let [z, x, squared] = [0, 0, 0];
    for (let step = 0; step < steps; step++) {
      // Five times as long as it takes to relax, so that steps tell nothing of one another.
      motion.advance(1);
      z += motion.truth[3 * tethered + 2]! / steps;
      const offsetNm = (motion.truth[3 * tethered]! - scene.beads[tethered]!.xPx) * 100;
      x += offsetNm / steps;
      squared += offsetNm ** 2 / steps;
    }
    return {
      z: z - scene.beads[tethered]!.zNm,
      sd: Math.sqrt(squared - x ** 2),
      stuck: motion.truth[3 * (1 - tethered) + 2],
    };
  }

  test.each([1, 5.5])(
    'rise or fall with the extension, and fluctuate as kT / F allows: magnets at %s mm',
    (magnetMm) => {
      const { extensionNm, forcePn } = pulledTether(tether, magnets, { magnetMm, magnetTurns: 0 });
      const { z, sd, stuck } = measure(magnetMm);
      // Three standard errors and more: along z it wavers by at most 40 nm rms, over 20 000 steps.
      expect(Math.abs(z - (extensionNm - 1000))).toBeLessThan(1 /* nm */);
      const ratio = sd / Math.sqrt((1.380649e-2 * 298 * extensionNm) / forcePn);
      expect(Math.abs(ratio - 1)).toBeLessThan(0.015 /* three times 1 / sqrt(2 n) */);
      expect(stuck).toBe(scene.beads[1 - tethered]!.zNm);
    },
  );
});
