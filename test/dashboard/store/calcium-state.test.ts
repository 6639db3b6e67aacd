import { beforeEach, describe, expect, test } from 'vitest';
import type { CalciumState, CalciumStatus, CellTrace } from '#protocol/calcium-live.ts';
import { createCalciumState, type LiveCalcium } from '../../../dashboard/store/calcium-state.ts';

const GAP_S = 0.5;

const on: CalciumState = { on: true, map: null, neuropil: null, stages: [], savedAs: null };

const traceOf = (cell: number, timeS: number[], eventS: number[] = []): CellTrace => ({
  cell,
  timeS: Float64Array.from(timeS),
  counts: Float32Array.from(timeS),
  dff: Float32Array.from(timeS),
  rate: Float32Array.from(timeS),
  eventS: Float64Array.from(eventS),
});

const newest = {
  timeS: 3,
  cells: Uint16Array.of(4, 9),
  dff: Float32Array.of(0.5, 0.1),
  baseline: Float32Array.of(800, 900),
  noise: Float32Array.of(2, 3),
  rate: Float32Array.of(0, 1),
  events: Uint32Array.of(7, 8),
};

const status = (skipped: number): CalciumStatus => ({
  ...{ measured: 100, skipped, waiting: 0, events: 3, usPerFrame: 90, projected: 100 },
});

let calcium: LiveCalcium;
beforeEach(() => {
  calcium = createCalciumState();
  calcium.setState(on);
  calcium.traces.watch([4]);
});

const timesOf = (cell: number) => [...(calcium.traces.of(cell)?.ring.all().timeS ?? [])];

describe('traces of watched cells', () => {
  test('frames follow the past without a hole, and so do events', () => {
    calcium.apply({ type: 'cell-history', ...traceOf(4, [1, 1.1], [1]) }, GAP_S);
    calcium.apply({ type: 'cell-traces', traces: [traceOf(4, [1.2, 1.3], [1.3])], newest }, GAP_S);
    expect(timesOf(4)).toEqual([1, 1.1, 1.2, 1.3]);
    expect([...calcium.traces.of(4)!.eventS]).toEqual([1, 1.3]);
    expect(calcium.newest.value).toBe(newest);
  });

  test('a past that comes again replaces what was', () => {
    calcium.apply({ type: 'cell-history', ...traceOf(4, [1, 1.1]) }, GAP_S);
    calcium.apply({ type: 'cell-history', ...traceOf(4, [0.9, 1, 1.1, 1.2]) }, GAP_S);
    expect(timesOf(4)).toEqual([0.9, 1, 1.1, 1.2]);
  });

  test('those of cells that are not watched are left out', () => {
    calcium.apply({ type: 'cell-traces', traces: [traceOf(9, [1])], newest }, GAP_S);
    calcium.apply({ type: 'cell-history', ...traceOf(9, [1]) }, GAP_S);
    expect(calcium.traces.of(9)).toBeUndefined();
    calcium.apply({ type: 'cell-traces', traces: [traceOf(4, [1])], newest }, GAP_S);
    calcium.traces.watch([9]);
    expect(calcium.traces.of(4)).toBeUndefined();
  });

  test('a new run begins trace and events anew', () => {
    calcium.apply({ type: 'cell-history', ...traceOf(4, [8, 9], [8.5]) }, 2);
    calcium.apply({ type: 'cell-traces', traces: [traceOf(4, [0, 0.1], [0.1])], newest }, 2);
    expect(timesOf(4)).toEqual([0, 0.1]);
    expect([...calcium.traces.of(4)!.eventS]).toEqual([0.1]);
  });
});

test('when measuring stops nothing of it is shown any more, but the cells', () => {
  calcium.apply({ type: 'cell-traces', traces: [traceOf(4, [1])], newest }, GAP_S);
  const cells = { width: 3, height: 2, runs: Uint32Array.of(0, 2, 4) };
  calcium.apply({ type: 'calcium', calcium: { ...on, on: false, map: cells } }, GAP_S);
  expect(calcium.newest.value).toBeNull();
  expect(calcium.traces.of(4)).toBeUndefined();
  expect(calcium.setup.value?.map).toBe(cells);
});

test('frames are being skipped while their number grows', () => {
  calcium.setStatus(status(5));
  expect(calcium.isSkipping.value).toBe(false);
  calcium.setStatus(status(6));
  expect(calcium.isSkipping.value).toBe(true);
  calcium.setStatus(status(6));
  expect(calcium.isSkipping.value).toBe(false);
});

test('messages about something else change nothing', () => {
  calcium.apply({ type: 'beads' }, GAP_S);
  expect(calcium.setup.value).toBe(on);
});
