import { z } from 'zod';
import { LIVE_PROJECTIONS, MAX_WATCHED_CELLS } from './calcium-live.ts';
import { LAST_CELL } from './cell-map.ts';

const id = z.number().int();
const cell = z.number().int().min(1).max(LAST_CELL);

/** Ring of the light around cells: bounds as in the settings. */
export const neuropilRing = z.strictObject({
  width: z.number().int().min(1).max(50).meta({ unit: 'px', description: 'width of the ring around a cell' }),
  gap: z.number().int().min(0).max(50).meta({ unit: 'px', description: 'between a cell and its ring' }),
  share: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .meta({ description: 'how much of the light of the ring lies over the cell' }),
});

/** What everybody may ask of calcium traces. */
const calciumWatchRequests = [
  z.strictObject({
    type: z.literal('watch-cells'),
    id,
    /** Cells of which every frame is sent, in place of those before; an empty list brings the newest of all; null ends it. */
    cells: z.array(cell).max(MAX_WATCHED_CELLS).nullable(),
    /** How much of the past of each to send, two minutes when left out. */
    seconds: z.number().positive().max(3600).optional(),
  }),
  z.strictObject({ type: z.literal('calcium-projection'), id, kind: z.enum(LIVE_PROJECTIONS) }),
  z.strictObject({
    type: z.literal('find-cells'),
    id,
    kind: z.enum(LIVE_PROJECTIONS),
    /** As masks of recorded stacks have it: counts, % of the pixels, or sigmas above their mean. */
    method: z.enum(['absolute', 'percentile', 'sigma']),
    value: z.number().finite(),
    /** Regions that touch and have fewer are no cells, px. */
    leastPixels: z.number().int().min(1).max(1_000_000),
    /** Leaves out the ROIs of the beads and a quarter of their size around them, where rings move; false when left out. */
    clearOfBeads: z.boolean().optional(),
  }),
] as const;

/** What only an operator may. */
const calciumChangeRequests = [
  z.strictObject({
    type: z.literal('set-calcium'),
    id,
    on: z.boolean().optional(),
    neuropil: neuropilRing.nullable().optional(),
  }),
  z.strictObject({
    type: z.literal('set-cells'),
    id,
    /** `cellMapBytes` of a map of the frame's size, in place of the one before. */
    runs: z.instanceof(Uint8Array),
  }),
  /** Begins the projections anew with the next frame. */
  z.strictObject({ type: z.literal('reset-projections'), id }),
] as const;

export const calciumRequests = [...calciumWatchRequests, ...calciumChangeRequests] as const;

export type CalciumWatchRequest = z.output<(typeof calciumWatchRequests)[number]>;
export type CalciumRequest = z.output<(typeof calciumRequests)[number]>;

const WATCHES: ReadonlySet<string> = new Set(calciumWatchRequests.map(({ shape }) => shape.type.value));
const ALL: ReadonlySet<string> = new Set(calciumRequests.map(({ shape }) => shape.type.value));

/** Whether a request is about calcium traces. */
export function isCalciumRequest(request: { type: string }): request is CalciumRequest {
  return ALL.has(request.type);
}

/** Whether it only looks. */
export function isCalciumWatchRequest(request: { type: string }): request is CalciumWatchRequest {
  return WATCHES.has(request.type);
}
