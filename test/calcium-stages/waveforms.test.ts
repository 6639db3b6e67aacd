import { expect, test } from 'vitest';
import { collectWaveforms } from '#calcium/waveforms.ts';
import { runTraces } from '../support/run-traces.ts';
import { simulateTraces } from '../support/simulated-traces.ts';

const FPS = 30;
const FRAMES = 2400;
const NEURONS = 4;
const STAGES = [
  { stage: 'running-baseline' },
  { stage: 'delta-f' },
  { stage: 'running-noise' },
  { stage: 'events' },
  { stage: 'waveforms', params: { preS: 0.5, postS: 2 } },
];
const [PRE, POST] = [15, 60];
const { counts } = simulateTraces({
  seed: 1,
  neurons: NEURONS,
  frames: FRAMES,
  fps: FPS,
  rateHz: 0.3,
  noise: 0.05,
  bleached: 0,
});

const run = (isMissing?: (id: number) => boolean) =>
  runTraces(counts, { fps: FPS, neurons: NEURONS, stages: STAGES, ...(isMissing && { isMissing }) });

test('the course around every event is that of the recorded trace, told with its last frame', () => {
  const { columns, events, waveforms } = run();
  expect(waveforms.length).toBeGreaterThan(20);
  const expected = collectWaveforms({ shape: [NEURONS, FRAMES], values: columns.dff }, events, {
    pre: PRE,
    post: POST,
  });
  const complete = events.flatMap((ofNeuron, cell) =>
    ofNeuron.map((frame, row) => ({ cell, frame, row })).filter(({ frame }) => frame + POST < FRAMES),
  );
  expect(waveforms.length).toBe(complete.length);
  for (const { cell, frame, row } of complete) {
    const told = waveforms.find((waveform) => waveform.cell === cell && waveform.frame === frame)!;
    expect(told.toldIn).toBe(frame + POST);
    expect(told.at).toBe(PRE);
    const { shape, values } = expected[cell]!;
    expect(told.dff).toEqual(Float32Array.from(values.subarray(row * shape[1]!, (row + 1) * shape[1]!)));
  }
});

test('frames that never came are NaN, and an event whose end is missing is told by the next frame', () => {
  const event = run().waveforms[0]!;
  const gap = (id: number) =>
    (id > event.frame + 5 && id < event.frame + 9) ||
    (id > event.frame + POST - 3 && id < event.frame + POST + 20);
  const held = run(gap).waveforms.find(({ cell, frame }) => cell === event.cell && frame === event.frame)!;
  expect(held.toldIn).toBe(event.frame + POST + 20);
  for (const [at, value] of held.dff.entries()) {
    if (gap(event.frame - PRE + at)) expect(value).toBeNaN();
    else expect(value).not.toBeNaN();
  }
});

test('an event in the first frames has NaN before them', () => {
  const quick = Float64Array.from({ length: 120 }, (_, frame) => 100 + (frame % 2) + (frame > 33 ? 60 : 0));
  const { events, waveforms } = runTraces(quick, {
    fps: FPS,
    neurons: 1,
    stages: [
      { stage: 'running-baseline', params: { leastS: 0, taps: 3 } },
      ...STAGES.slice(1, 4),
      { stage: 'waveforms', params: { preS: 2, postS: 1 } },
    ],
  });
  expect(events[0]![0]).toBe(34);
  expect(waveforms[0]!.dff.length).toBe(91);
  expect(waveforms[0]!.dff.subarray(0, 26).every(Number.isNaN)).toBe(true);
  expect(waveforms[0]!.dff[60]).toBeCloseTo(0.6, 1);
});
