import { expect, test } from 'vitest';
import { getEventOnsetIntensities, getInterEventIntervals } from '#calcium/event-measures.ts';
import { findPeaks } from '#calcium/find-peaks.ts';
import { convertTau, normalizeFiringRates } from '#calcium/firing-rates.ts';
import { identifyEvents } from '#calcium/identify-events.ts';
import { collectWaveforms, scaleWaveforms } from '#calcium/waveforms.ts';
import { createRandom } from '#simulation/random.ts';

const ONSETS = [200, 520, 900];

/** Transients of height 1 that decay within 30 frames, over noise of 0.02. */
function transients(): Float64Array {
  const random = createRandom(11);
  return Float64Array.from({ length: 1200 }, (_, frame) => {
    const light = ONSETS.filter((onset) => onset <= frame).map((onset) => Math.exp(-(frame - onset) / 30));
    return light.reduce((sum, value) => sum + value, 0.02 * random.normal());
  });
}

test('each transient is one event, to the frame when the smoothing is short', () => {
  const traces = { shape: [1200], values: transients() };
  const [short] = identifyEvents(traces, { smoothSigmaSeconds: 0.1 });
  const strong = Array.from(short!).filter((frame) => ONSETS.some((onset) => Math.abs(frame - onset) <= 2));
  expect(strong).toHaveLength(ONSETS.length);
  const [standard] = identifyEvents(traces);
  expect(standard).toHaveLength(ONSETS.length);
});

test('a flat top is a peak in its middle, the ends are none', () => {
  expect([...findPeaks(Float64Array.of(5, 1, 3, 3, 3, 3, 0, 4, 9))]).toEqual([3]);
});

test('of near peaks the highest stays, of equals the later', () => {
  const line = Float64Array.of(0, 4, 0, 7, 0, 5, 0, 5, 0);
  expect([...findPeaks(line, { distance: 3 })]).toEqual([3, 7]);
  expect([...findPeaks(Float64Array.of(0, 5, 0, 5, 0), { distance: 3 })]).toEqual([3]);
});

test('prominence is the height above the higher valley', () => {
  const line = Float64Array.of(0, 5, 3, 6, 1, 2, 0);
  expect([...findPeaks(line, { prominence: 2 })]).toEqual([1, 3]);
  expect([...findPeaks(line, { prominence: 2.5 })]).toEqual([3]);
});

test('a waveform has its event in its middle column and NaN beyond the trace', () => {
  const traces = { shape: [2, 5], values: Float64Array.of(0, 1, 2, 3, 4, 10, 11, 12, 13, 14) };
  const [first, second] = collectWaveforms(traces, [[1, 4], []], { pre: 2, post: 1 });
  expect([...first!.values]).toEqual([Number.NaN, 0, 1, 2, 2, 3, 4, Number.NaN]);
  expect(second!.shape).toEqual([0, 4]);
  const [old] = collectWaveforms(traces, [[1], []], { pre: 2, post: 1, compat: true });
  expect([...old!.values]).toEqual([Number.NaN, Number.NaN, 0, 1]);
});

test('waveforms are scaled one by one, and a flat one is 0', () => {
  const waveforms = [{ shape: [2, 3], values: Float64Array.of(1, Number.NaN, 3, 0.1, 0.1, 0.1) }];
  expect([...scaleWaveforms(waveforms)[0]!.values]).toEqual([-1, Number.NaN, 1, 0, 0, 0]);
  expect([...scaleWaveforms(waveforms, 'minmax')[0]!.values.subarray(0, 3)]).toEqual([0, Number.NaN, 1]);
  const doubled = scaleWaveforms(waveforms, (values) => values.map((value) => 2 * value));
  expect(doubled[0]!.values[2]).toBe(6);
});

test('an event outside its trace and lists for other neurons are refused', () => {
  const traces = { shape: [1, 5], values: new Float64Array(5) };
  expect(() => getEventOnsetIntensities(traces, [[5]])).toThrow(/events\[0\]: expected frames from 0 to 4/);
  expect(() => collectWaveforms(traces, [[], []])).toThrow(/each of 1 neurons, received 2 lists/);
});

test('rates are scaled by neuron, or by frame as the original does', () => {
  const rates = { shape: [2, 2], values: Float64Array.of(1, 4, 2, -3) };
  expect([...normalizeFiringRates(rates).values]).toEqual([0.25, 1, 1, 0]);
  expect([...normalizeFiringRates(rates, 'frame').values]).toEqual([0.5, 1, 1, 0]);
});

test('what halves in a step of 0.1 s decays in 0.144 s, and what grows is refused', () => {
  expect(convertTau(0.5, 0.1)).toBeCloseTo(0.1 / Math.LN2, 14);
  expect(() => convertTau(1.01, 0.1)).toThrow(/at most 1/);
});

test('fewer than two events have no intervals', () => {
  expect(getInterEventIntervals([[30, 60], [7], []], 30).map((ofNeuron) => [...ofNeuron])).toEqual([
    [1],
    [],
    [],
  ]);
});
