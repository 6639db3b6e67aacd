import { expect, test } from 'vitest';
import { deltaF } from '#calcium-stages/delta-f.ts';
import { parseCellPlan } from '#calcium-stages/plan.ts';
import { CELL_COLUMNS, type CellColumn } from '#protocol/calcium-live.ts';

function dffOf(counts: number[], baseline: number[], params: Record<string, unknown> = {}): number[] {
  const columns = Object.fromEntries(CELL_COLUMNS.map((name) => [name, new Float64Array(counts.length)]));
  columns.counts!.set(counts);
  columns.baseline!.set(baseline);
  const frame = {
    id: 0,
    timeS: 0,
    pixels: new Uint8Array(),
    columns: columns as Record<CellColumn, Float64Array>,
    event: new Uint8Array(counts.length),
    waveforms: [],
  };
  deltaF.step(frame, null, deltaF.params.parse(params));
  return [...frame.columns.dff];
}

test('light that is twice the baseline is dF/F 1, and 0 at it', () => {
  expect(dffOf([200, 100, 50], [100, 100, 100])).toEqual([1, 0, -0.5]);
});

test('a baseline that is 0, below it or not known leaves dF/F unknown', () => {
  expect(dffOf([10, 10, 10], [0, -5, Number.NaN])).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test('an offset lifts the baseline of dark cells, as that of recorded traces does', () => {
  expect(dffOf([20], [-5], { offset: 15 })).toEqual([1]);
});

test('its parameters are those of the plan', () => {
  expect(() => parseCellPlan([{ stage: 'delta-f' }])).toThrow(/'counts' written by an earlier stage/);
});
