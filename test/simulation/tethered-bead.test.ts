import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { createTetheredBead, tetherTrap } from '#simulation/tethered-bead.ts';

describe('trap of a tether', () => {
  const trap = tetherTrap({ radiusNm: 1400, forcePn: 2, extensionNm: 1000 });

  test('is a pendulum sideways: 45.4 nm rms at 2 pN on 1000 nm', () => {
    const [kx, ky] = trap.stiffness;
    expect(kx).toBe(0.002);
    expect(ky).toBe(kx);
    expect(Math.sqrt(trap.thermalEnergy / kx)).toBeCloseTo(45.36, 1);
  });

  test('is along the force as stiff as the worm-like chain: the slope of force over extension', () => {
    // Marko and Siggia's high-force extension, differentiated numerically at the same contour length.
    const kT = 1.380649e-2 * 298;
    const relative = (forcePn: number) => 1 - Math.sqrt(kT / (4 * 50 * forcePn));
    const contourNm = 1000 / relative(2);
    const slope = 0.002 / (contourNm * (relative(2.001) - relative(1.999)));
    expect(trap.stiffness[2]).toBeCloseTo(slope, 6);
  });

  test('drags with 6 pi eta r: 11.7 ms to relax sideways', () => {
    expect(trap.drag / trap.stiffness[0]).toBeCloseTo(0.01174, 4);
  });
});

describe('a tethered bead', () => {
  const trap = { stiffness: [0.002, 0.004, 0.03], drag: 2.3e-5, thermalEnergy: 4.1 } as const;
  const frames = 100_000;

  /** [axis][frame] nm. */
  function walk(seconds: number): Float64Array[] {
    const bead = createTetheredBead(trap, createRandom(5));
    const axes = [0, 1, 2].map(() => new Float64Array(frames));
    for (let frame = 0; frame < frames; frame++) {
      axes.forEach((axis, index) => {
        axis[frame] = bead.offsetNm[index]!;
      });
      bead.advance(seconds);
    }
    return axes;
  }

  const correlation = (values: Float64Array, lag: number) => {
    let sum = 0;
    for (let frame = lag; frame < values.length; frame++) sum += values[frame]! * values[frame - lag]!;
    return sum / (values.length - lag);
  };

  test.each([0.0005, 0.01, 1])('has variance kT / stiffness in every axis at steps of %d s', (seconds) => {
    walk(seconds).forEach((values, axis) => {
      const variance = trap.thermalEnergy / trap.stiffness[axis]!;
      // Frames within twice the relaxation time count once; 4 sigma of a variance.
      const independent = frames / Math.max(1, (2 * trap.drag) / trap.stiffness[axis]! / seconds);
      const limit = 4 * Math.sqrt(2 / independent);
      expect(Math.abs(correlation(values, 0) / variance - 1)).toBeLessThan(limit);
    });
  });

  test('forgets its place with the relaxation time drag / stiffness, whatever the step', () => {
    const fine = walk(0.002)[0]!;
    const coarse = walk(0.01)[0]!;
    const expected = Math.exp((-0.01 * trap.stiffness[0]) / trap.drag);
    expect(Math.abs(correlation(fine, 5) / correlation(fine, 0) - expected)).toBeLessThan(0.03);
    expect(Math.abs(correlation(coarse, 1) / correlation(coarse, 0) - expected)).toBeLessThan(0.015);
  });

  test('moves its axes independently of one another', () => {
    const [x, y] = walk(1) as [Float64Array, Float64Array];
    const covariance = x.reduce((sum, value, frame) => sum + value * y[frame]!, 0) / frames;
    const limit = (4 * trap.thermalEnergy) / Math.sqrt(trap.stiffness[0] * trap.stiffness[1] * frames);
    expect(Math.abs(covariance)).toBeLessThan(limit);
  });

  test('stays where it is when no time passes', () => {
    const bead = createTetheredBead(trap, createRandom(6));
    const before = bead.offsetNm.slice();
    bead.advance(0);
    expect(bead.offsetNm).toEqual(before);
  });
});
