import { expect, test } from 'vitest';
import { cellMapBytes } from '#protocol/cell-map.ts';
import { type ControlRequest, parseControlRequest } from '#protocol/control-request.ts';
import { encodeLive } from '#protocol/live.ts';

const parse = (request: object) => parseControlRequest(encodeLive(request as ControlRequest));
const RUNS = cellMapBytes({ width: 8, height: 8, runs: Uint32Array.of(3, 2, 1, 10, 4, 65_535) });

test('a map of cells comes through as its bytes', () => {
  const parsed = parse({ type: 'set-cells', id: 4, runs: Buffer.from(RUNS) });
  expect(parsed.type === 'set-cells' && new Uint8Array(parsed.runs)).toEqual(RUNS);
});

test('a map of many cells is one value among few, however long', () => {
  const runs = Buffer.alloc(900_000);
  const parsed = parse({ type: 'set-cells', id: 4, runs });
  expect(parsed.type === 'set-cells' && runs.equals(parsed.runs)).toBe(true);
});

test('a map that is no byte string is refused', () => {
  expect(() => parse({ type: 'set-cells', id: 4, runs: [3, 2, 1] })).toThrow('live request');
  // An extension of MessagePack, as Node sends a typed array.
  expect(() => parse({ type: 'set-cells', id: 4, runs: Uint32Array.of(3, 2, 1) })).toThrow(
    'expected maps, lists, numbers, texts, byte strings, booleans and nil, received MessagePack token',
  );
});

test.each([
  ['17 cells', { type: 'watch-cells', cells: Array.from({ length: 17 }, (_, index) => index + 1) }],
  ['cell 0', { type: 'watch-cells', cells: [0] }],
  ['a ring without width', { type: 'set-calcium', neuropil: { width: 0, gap: 2, share: 0.5 } }],
  ['a projection there is not', { type: 'calcium-projection', kind: 'median' }],
  [
    'a threshold that is no number',
    { type: 'find-cells', kind: 'std', method: 'sigma', value: Number.NaN, leastPixels: 4 },
  ],
])('%s is refused', (_, request) => {
  expect(() => parse({ ...request, id: 1 })).toThrow('live request');
});

test('a ring says its share, or has the usual', () => {
  expect(parse({ type: 'set-calcium', id: 1, neuropil: { width: 3, gap: 2 } })).toMatchObject({
    neuropil: { width: 3, gap: 2, share: 0.7 },
  });
  expect(parse({ type: 'set-calcium', id: 1, neuropil: null })).toMatchObject({ neuropil: null });
});
