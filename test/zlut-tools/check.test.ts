import { describe, expect, test } from 'vitest';
import type { ZLut } from '#protocol/z-lut.ts';
import { createRandom } from '#simulation/random.ts';
import { presetPlan } from '#stages/presets.ts';
import { type CheckedFrames, checkZLut } from '#zlut-tools/check.ts';
import { checkReportHtml } from '#zlut-tools/report-html.ts';
import { checkReportJson } from '#zlut-tools/report-json.ts';

const plan = presetPlan('quadrant');
const RADII = 40;
const STEP_NM = 50;
const PLANES = 81;

/** Rings that widen with the defocus, as told by `defocusOf` a height. */
function ringZLut(defocusOf: (zNm: number) => number, stepNm = STEP_NM, noise = 0.3): ZLut {
  const random = createRandom(3);
  const planeZNm = Float64Array.from({ length: PLANES }, (_, plane) => plane * stepNm);
  const profiles = new Float64Array(PLANES * RADII);
  for (const [plane, zNm] of planeZNm.entries()) {
    profiles.set(
      ringProfile(defocusOf(zNm)).map((counts) => counts + noise * random.normal()),
      plane * RADII,
    );
  }
  return { name: 'rings', planes: PLANES, radii: RADII, planeZNm, profiles };
}

function ringProfile(defocusNm: number): Float64Array {
  const width = 4 + defocusNm / 250;
  return Float64Array.from({ length: RADII }, (_, radius) => {
    return (
      100 + 60 * Math.exp(-(((radius - width) / 3) ** 2)) - 30 * Math.exp(-(((radius - width + 5) / 3) ** 2))
    );
  });
}

const check = (zLut: ZLut, frames?: CheckedFrames) => checkZLut(zLut, { plan, frames });

describe('a Z-LUT whose rings widen with z', () => {
  const zLut = ringZLut((zNm) => zNm);

  test('is good from the second plane to the last but one', () => {
    const { quality, range, reversals } = check(zLut);
    expect(quality).toMatchObject({ verdict: 'good', usefulRangeNm: [STEP_NM, (PLANES - 2) * STEP_NM] });
    expect(quality.sentence).toMatch(/^Good \(\d+ of 100\): z from 0\.05 um to 3\.95 um, error /);
    expect(range.conflicts).toEqual([]);
    expect(reversals.wrong).toBe(0);
  });

  test('tells the error of planes among the others', () => {
    const wrong = { ...zLut, planeZNm: zLut.planeZNm.map((zNm, plane) => (plane === 40 ? zNm + 20 : zNm)) };
    const { heights } = check(wrong);
    // nm: the plane says 20 nm too much; noise leaves 2
    expect(Math.abs(heights[40]!.ownErrorNm + 20)).toBeLessThan(6);
    expect(Math.abs(check(zLut).heights[40]!.ownErrorNm)).toBeLessThan(6);
  });

  test('frames of another sweep tell its offset, the error and the noise', () => {
    const random = createRandom(8);
    const samples = Array.from({ length: 300 }, (_, frame) => {
      const visit = Math.floor(frame / 5);
      const zNm = 200 + visit * 60;
      const profile = ringProfile(zNm + 70 + 15 * random.normal());
      return { frame, pass: 0, visit, zNm, profile };
    });
    const { frames, quality } = check(zLut, { name: 'other', samples, own: false, rejected: 0 });
    // nm: 15 nm in 300 frames, medians of 5
    expect(Math.abs(frames!.offsetNm - 70)).toBeLessThan(5);
    expect(quality.noiseNm).toBeGreaterThan(12);
    expect(quality.noiseNm).toBeLessThan(18);
    expect(quality.biasNm).toBeLessThan(15);
  });

  test('of hundreds of frames at a height, some tell its noise', () => {
    const random = createRandom(12);
    const samples = Array.from({ length: 2 * 450 }, (_, frame) => {
      const visit = frame % 2;
      const zNm = 1000 + 1000 * visit;
      return { frame, pass: 0, visit, zNm, profile: ringProfile(zNm + 5 * random.normal()) };
    });
    const { frames } = check(zLut, { name: 'own', samples, own: true, rejected: 0 });
    expect(frames!.used).toBe(900);
    for (const visit of frames!.visits) {
      expect(visit.frames).toBe(90);
      // nm: of the 5 nm that beads move, to 3 standard errors of 90 frames.
      expect(Math.abs(visit.noiseNm - 5)).toBeLessThan(1.2);
    }
  });

  test('half of the frames rejected cost points', () => {
    const samples = [{ frame: 0, pass: 0, visit: 0, zNm: 500, profile: ringProfile(500) }];
    const kept = check(zLut, { name: 'own', samples, own: true, rejected: 0 }).quality.score;
    expect(check(zLut, { name: 'own', samples, own: true, rejected: 1 }).quality.score).toBe(kept - 10);
  });
});

describe('a Z-LUT that looks alike on both sides of the focus', () => {
  const zLut = ringZLut((zNm) => Math.abs(zNm - 1600));

  test('is cut to its longer side, and not good', () => {
    const { quality, range } = check(zLut);
    const [from, to] = quality.usefulRangeNm!;
    expect(Math.abs(from - 1600)).toBeLessThanOrEqual(3 * STEP_NM);
    expect(to).toBe((PLANES - 2) * STEP_NM);
    expect(quality.verdict).not.toBe('good');
    expect(Math.abs(range.focusZNm! - 1600)).toBeLessThanOrEqual(STEP_NM);
    expect(quality.sentence).toMatch(
      /ambiguous across the focus near 1\.\d\d um: \d\d of 81 planes resemble another/,
    );
  });

  test('has small errors within the range that is left', () => {
    const { quality, heights } = check(zLut);
    expect(quality.biasNm).toBeLessThan(20);
    expect(Math.max(...heights.map(({ ownErrorNm }) => Math.abs(ownErrorNm) || 0))).toBeGreaterThan(1000);
  });

  test('turned upside down it is cut the same', () => {
    const { planes, radii } = zLut;
    const profiles = new Float64Array(planes * radii);
    for (let plane = 0; plane < planes; plane++) {
      profiles.set(zLut.profiles.subarray(plane * radii, (plane + 1) * radii), (planes - 1 - plane) * radii);
    }
    const turned = { ...zLut, planeZNm: zLut.planeZNm.toReversed(), profiles };
    expect(check(turned).quality.usefulRangeNm).toEqual(check(zLut).quality.usefulRangeNm);
  });
});

test('planes without contrast end the useful range', () => {
  const zLut = ringZLut((zNm) => zNm);
  zLut.profiles.fill(100, 55 * RADII, 58 * RADII);
  const { quality, range } = check(zLut);
  expect(range.faint).toEqual([55, 56, 57]);
  expect(quality.usefulRangeNm).toEqual([STEP_NM, 54 * STEP_NM]);
  expect(quality.sentence).toContain('3 of 81 planes, the first at 2.75 um, without contrast');
});

test('planes too far apart to find anything between them are not good', () => {
  const { quality, range } = check(ringZLut((zNm) => zNm, 1500));
  expect(range.broken.length).toBeGreaterThan(70);
  expect(quality.verdict).toBe('bad');
});

describe('the report', () => {
  const zLut = { ...ringZLut((zNm) => Math.abs(zNm - 1600)), name: 'bead <7>' };
  const report = check(zLut);

  test('as a page names the ambiguity and the range, and asks for nothing else', () => {
    const html = checkReportHtml(zLut, report);
    expect(html).toContain('ambiguous across the focus near');
    expect(html).toContain('Shaded: the useful range');
    expect(html).toContain('bead &lt;7&gt;');
    expect(html.match(/<svg/g)!.length).toBeGreaterThanOrEqual(5);
    expect(html).toContain('data:image/png;base64,');
    expect(html).not.toMatch(/NaN|undefined|https?:|<script/);
  });

  test('as JSON has a number or null for every plane', () => {
    const json = JSON.parse(checkReportJson(report));
    expect(json.quality.verdict).toBe(report.quality.verdict);
    expect(json.byPlane.zNm).toHaveLength(PLANES);
    expect(json.byPlane.ownErrorNm[PLANES - 1]).toBeNull();
    expect(json.range.conflicts).toBeGreaterThan(20);
  });
});
