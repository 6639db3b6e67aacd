import { describe, expect, test } from 'vitest';
import { type FrameLevel, frameLevels } from '#rois/frame-levels.ts';
import { createRingMeter, RADII } from '#rois/ring-measure.ts';
import { type SyntheticField, syntheticField } from './synthetic-field.ts';

function levelOf(field: SyntheticField, noise = 1, scale = 1): FrameLevel {
  return frameLevels(field.expose(noise), field, (s) => s === scale)[0]!;
}

describe('how ring-like a place is', () => {
  const measure = createRingMeter();
  const rings = () => syntheticField(200, 150, 2).rings(90, 70, 24);

  test('rings agree in all directions and end where they were drawn to end', () => {
    const found = measure(levelOf(rings()), 90, 70);
    expect(found.agreement).toBeGreaterThan(0.97);
    expect(found.lowAgreement).toBeGreaterThan(0.95);
    // They fade out from 0.7 of their radius.
    expect(found.radius).toBeGreaterThan(12);
    expect(found.extent).toBeGreaterThanOrEqual(found.radius);
    expect(found.extent).toBeLessThanOrEqual(24);
    expect(found.balance).toBeGreaterThan(0.5);
  });

  test('strength grows with the square of the contrast and not with the size', () => {
    const strength = (radius: number, contrast: number, scale: number) =>
      measure(
        levelOf(syntheticField(400, 300, 2).rings(191.5, 151.5, radius, contrast), 0, scale),
        191.5 / scale - 0.5 + 0.5 / scale,
        151.5 / scale - 0.5 + 0.5 / scale,
      ).strength;
    const one = strength(24, 0.1, 1);
    // Contrast is measured against the surroundings, which the rings themselves change a little.
    expect(strength(24, 0.2, 1) / one).toBeGreaterThan(3.5);
    expect(strength(24, 0.2, 1) / one).toBeLessThan(4.5);
    expect(strength(48, 0.1, 2) / one).toBeGreaterThan(0.7);
    expect(strength(48, 0.1, 2) / one).toBeLessThan(1.3);
  });

  test('a neighbor over one side lowers the low agreement, not that of the middle direction', () => {
    const touching = measure(levelOf(rings().rings(120, 70, 24)), 90, 70);
    expect(touching.agreement).toBeGreaterThan(0.95);
    expect(touching.lowAgreement).toBeLessThan(measure(levelOf(rings()), 90, 70).lowAgreement);
  });

  test('a place 6 px off the middle, between two beads and in a cell is less round', () => {
    expect(measure(levelOf(rings()), 96, 70).agreement).toBeLessThan(0.7);
    expect(measure(levelOf(rings().rings(124, 70, 24)), 107, 70).agreement).toBeLessThan(0.7);
    expect(measure(levelOf(syntheticField(200, 150, 2).cell(90, 70, 18)), 90, 70).agreement).toBeLessThan(
      0.9,
    );
  });

  test('opposite directions agree in a bead and midway between two beads, not off the middle and not in a cell', () => {
    expect(measure(levelOf(rings()), 90, 70).mirror).toBeGreaterThan(0.95);
    const merged = measure(levelOf(syntheticField(200, 150, 2).rings(83, 70, 24).rings(97, 70, 24)), 90, 70);
    expect(merged.mirror).toBeGreaterThan(0.9);
    expect(merged.lowAgreement).toBeLessThan(0.6);
    expect(measure(levelOf(rings()), 96, 70).mirror).toBeLessThan(0.5);
    expect(measure(levelOf(syntheticField(200, 150, 2).cell(90, 70, 18)), 90, 70).mirror).toBeLessThan(0.75);
  });

  test('a line has hardly any slope that all directions share', () => {
    const line = measure(levelOf(syntheticField(200, 150, 2).line(90, 70, 0.4)), 90, 70);
    expect(line.strength).toBeLessThan(measure(levelOf(rings()), 90, 70).strength / 50);
  });

  test('a disk, whose contrast only rises, is not balanced', () => {
    const pixels = Uint8Array.from({ length: 200 * 150 }, (_, i) =>
      Math.hypot((i % 200) - 90, Math.floor(i / 200) - 70) < 20 ? 60 : 120,
    );
    const [level] = frameLevels(pixels, { width: 200, height: 150 }, (scale) => scale === 1);
    expect(measure(level!, 90, 70).balance).toBeLessThan(0.05);
  });

  test('rings half outside the frame are measured by the half inside', () => {
    const cut = measure(levelOf(syntheticField(200, 150, 2).rings(4, 70, 24)), 4, 70);
    expect(cut.agreement).toBeGreaterThan(0.95);
  });

  test('gives the slope that all directions share', () => {
    const profile = new Float64Array(RADII);
    measure(levelOf(rings(), 0), 90, 70, profile);
    // Rings of 9.6 px, dark in the middle: brighter up to half of that, then darker.
    expect(profile[2]).toBeGreaterThan(0);
    expect(profile[7]).toBeLessThan(0);
    expect(Math.abs(profile[30]!)).toBeLessThan(0.01);
  });

  test('nothing at all has no rings', () => {
    const found = measure(levelOf(syntheticField(200, 150, 2), 0), 90, 70);
    expect(found).toEqual({
      radius: 0,
      extent: 0,
      strength: 0,
      balance: 0,
      agreement: 0,
      lowAgreement: 0,
      mirror: 0,
    });
  });
});
