import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { describeZLut } from '#zlut-tools/show.ts';
import { linesOfZLut, pngOfZLut } from '#zlut-tools/z-lut-picture.ts';
import { knownZLut } from '../support/known-z-lut.ts';

test('all that a Z-LUT says of itself is shown, once', () => {
  const lines = describeZLut(knownZLut('bead.zlut')).join('\n');
  for (const fact of [
    /^z +11 planes, 400 to -100 nm, 50 nm apart$/m,
    /^radii +8, 0 to 3\.5 px$/m,
    /^profiles +radial-profile \(bins split, oversample 2\), ROIs of 8 px$/m,
    /^counts +60\.\d+ to 140, 1 bins empty$/m,
    /^model +-100 to 400 nm, knots 100 nm apart, known to 3\.5 px; variance = 0\.5 x counts - 2$/m,
    /^made +2024-05-06T07:08:09\.000Z by tweezertrack 0\.1\.0$/m,
    /^bead +3, 2800 nm in diameter$/m,
    /^microscope +Nikon 60x NA 1\.2 water, 108\.3 nm a pixel$/m,
    /^focal shift +0\.88, not in z yet$/m,
    /^sweep +sweep\.tif, SHA-256 abab/m,
    /^frames +210 used; left out: 2 lost, 8 blur$/m,
    /^edit +cropped to planes from -100 to 400 nm$/m,
    /^quality +91 of 100, good: good: bias under 1 nm\n +useful from -50 to 350 nm, bias 0\.4 nm, noise 1\.9 nm$/m,
  ])
    expect(lines).toMatch(fact);
});

test('what is not known is not shown', () => {
  const { method: _method, model: _model, origin: _origin, ...plain } = knownZLut('bead.txt');
  plain.planeZNm[10] = -150;
  const lines = describeZLut(plain);
  expect(lines.map((line) => line.split(/ +/)[0])).toEqual(['z', 'radii', 'profiles', 'counts']);
  expect(lines[0]).toMatch(/50 to 100 nm apart/);
  expect(lines[2]).toMatch(/not said, so of whole pixels/);
});

test('heights too near to one another for nm are perhaps um', () => {
  const { planes: _planes, ...known } = knownZLut('bead.txt');
  const shown = (planeZNm: number[]) =>
    describeZLut({ ...known, planes: 11, planeZNm: Float64Array.from(planeZNm) })[0];
  const heights = Array.from({ length: 11 }, (_, plane) => plane);
  expect(shown(heights.map((plane) => 43 + 0.1 * plane))).toMatch(/perhaps um: --z-unit um/);
  expect(shown(heights.map((plane) => 40.3 + 2 * plane))).toMatch(/perhaps um: --z-unit um/);
  for (const zNm of [heights, heights.map((plane) => 12.5 * plane)]) expect(shown(zNm)).not.toMatch(/um/);
});

test('a sentence that tells the score is not told it again', () => {
  const known = knownZLut('bead.zlut');
  const sentence = 'Good (91 of 100): z from 0 to 1 um.';
  const origin = { ...known.origin, quality: { ...known.origin!.quality!, sentence } };
  expect(describeZLut({ ...known, origin }).join('\n')).toMatch(/^quality +Good \(91 of 100\): z from/m);
});

describe('the picture', () => {
  // 10 planes of 40 radii: counts rise by 1 from each bin to the next, and one bin is empty.
  const [planes, radii] = [10, 40];
  const profiles = Float64Array.from({ length: planes * radii }, (_, index) => index);
  profiles[41] = Number.NaN;
  const planeZNm = Float64Array.from({ length: planes }, (_, plane) => plane);
  const zLut = { name: 'ramp', planes, radii, planeZNm, profiles };

  test('as PNG has a pixel a bin, planes down, from the least to the most counts', () => {
    const { width, height, channels, data } = decode(pngOfZLut(zLut, 'minmax'));
    expect([width, height, channels]).toEqual([radii, planes, 1]);
    expect([data[0], data[399], data[200], data[41]]).toEqual([0, 255, Math.round((255 * 200) / 399), 0]);
  });

  test('leaves out a hundredth at either end when asked to', () => {
    const { data } = decode(pngOfZLut(zLut, 'percentile'));
    // 399 bins with counts: 3 at either end are all black or white.
    expect([...data.subarray(0, 5)]).toEqual([0, 0, 0, 0, 1]);
    expect([...data.subarray(395)]).toEqual([254, 255, 255, 255, 255]);
  });

  test('in letters has a line a plane, or fewer', () => {
    const plain = { contrast: 'minmax', color: false } as const;
    const lines = linesOfZLut(zLut, { ...plain, columns: 100, lines: 100 });
    expect(lines).toHaveLength(planes);
    expect(lines[9]).toBe(`${'%'.repeat(17)}${'@'.repeat(23)}`);
    expect(lines[1]![1]).toBe('?');
    const small = linesOfZLut(zLut, { ...plain, columns: 7, lines: 3 });
    expect(small.map((line) => line.length)).toEqual([7, 7, 7]);
    expect([small[0]![0], small[2]![6]]).toEqual(['.', '%']);
  });

  test('that is too large has the mean of what it covers', () => {
    // Black and white columns by turns, and an empty plane that has no part in a mean.
    const stripes = profiles.map((_, index) => (index < radii ? Number.NaN : index % 2));
    const plain = { contrast: 'minmax', color: false } as const;
    const lines = linesOfZLut({ ...zLut, profiles: stripes }, { ...plain, columns: 20, lines: 5 });
    expect(lines).toEqual(Array(5).fill('+'.repeat(20)));
  });

  test('in color has two planes a line in the grays of the terminal, black to white', () => {
    const lines = linesOfZLut(zLut, { contrast: 'minmax', color: true, columns: 100, lines: 100 });
    expect(lines).toHaveLength(5);
    expect(lines[0]!.startsWith('\x1b[38;5;232;48;5;234m▀')).toBe(true);
    expect(lines[4]!.endsWith(';48;5;255m▀\x1b[0m')).toBe(true);
    const odd = { ...zLut, planes: 9, profiles: profiles.slice(0, 9 * radii) };
    const last = linesOfZLut(odd, { contrast: 'minmax', color: true, columns: 100, lines: 100 }).at(-1)!;
    expect(last).not.toContain(';48;5;');
  });
});
