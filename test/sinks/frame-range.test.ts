import { expect, test } from 'vitest';
import { FrameRange, SteadyRange } from '#sinks/frame-range.ts';

test('black and white are the 0.2 and 99.8 percent quantiles', () => {
  const [width, height] = [1700, 90];
  const pixels = Uint16Array.from(
    { length: width * height },
    (_, index) => 1000 + ((index % width) * 2000) / width,
  );
  // A few hot pixels must not set the range.
  for (let hot = 0; hot < 20; hot++) pixels[hot * 7001] = 4095;
  const { black, white } = new FrameRange().of(pixels, width, height);
  // 0.2 percent of a ramp of 2000 counts, and one bin of 512 of 3095 counts.
  expect(Math.abs(black - 1004)).toBeLessThan(8);
  expect(Math.abs(white - 2996)).toBeLessThan(8);
});

test('a frame of one value has a range, not a division by zero', () => {
  const { black, white } = new FrameRange().of(new Uint8Array(64 * 48), 64, 48);
  expect(white).toBeGreaterThan(black);
});

test('a range that trembles is shown as it was, one that moves is followed, a switched lamp at once', () => {
  const steady = new SteadyRange();
  const first = steady.follow({ black: 100, white: 200 });
  expect(steady.follow({ black: 102, white: 197 })).toEqual(first);
  let shown = first;
  for (let picture = 0; picture < 30; picture++) {
    const next = steady.follow({ black: 110, white: 230 });
    expect(next.white).toBeGreaterThanOrEqual(shown.white);
    shown = next;
  }
  // It stops fading within 1 percent of the span, 1.2 counts.
  expect(Math.abs(shown.white - 230)).toBeLessThan(1.3);
  expect(steady.follow({ black: 1000, white: 3000 })).toEqual({ black: 1000, white: 3000 });
});
