import { z } from 'zod';
import { CALCIUM_STAGES } from '#calcium-stages/index.ts';
import { type CellStep, DEFAULT_CELL_PLAN, parseCellPlan } from '#calcium-stages/plan.ts';
import type { NeuropilRing } from '#protocol/calcium-live.ts';
import { neuropilRing } from '#protocol/calcium-request.ts';

const { width, gap, share } = neuropilRing.shape;

/** The section `[calcium]`. */
export const calciumSection = z.strictObject({
  enabled: z.boolean().default(false).describe('measure the light of cells in every frame, beside the beads'),
  cells: z
    .string()
    .min(1)
    .optional()
    .describe(
      'cells to start with: .npy [row, column] of their numbers, 0 outside; default: those of last time',
    ),
  neuropilWidth: z
    .union([z.literal(0), width])
    .default(0)
    .describe('px of the ring around a cell whose light is subtracted; 0 subtracts none'),
  neuropilGap: gap.default(2).describe('px between a cell and its ring'),
  neuropilShare: share.describe('how much of the light of the ring lies over the cell'),
  fps: z.number().positive().max(1e6).optional().describe('frames a second, for a camera that does not say'),
  mostWaiting: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(16)
    .describe('frames that wait to be measured at most; more are skipped, and tracked all the same'),
  stages: z.array(z.string()).optional().describe('stages in the order they run; default: all'),
  params: z
    .partialRecord(z.enum(CALCIUM_STAGES.map(({ name }) => name)), z.record(z.string(), z.unknown()))
    .default({})
    .describe('parameters of stages, by stage name'),
});

/** Settings of the traces of cells. */
export type CalciumSettings = z.output<typeof calciumSection>;

/** The ring that the settings ask for, or null. */
export function neuropilOf({
  neuropilWidth,
  neuropilGap,
  neuropilShare,
}: CalciumSettings): NeuropilRing | null {
  if (neuropilWidth === 0) return null;
  return { width: neuropilWidth, gap: neuropilGap, share: neuropilShare };
}

/**
 * The stages that the settings ask for, with every parameter.
 * @throws {ConfigError} naming the stage that is not there, comes too early, or has a wrong parameter
 */
export function cellPlanOf({ stages, params }: CalciumSettings): CellStep[] {
  const byName: Record<string, Record<string, unknown> | undefined> = params;
  const names = stages ?? DEFAULT_CELL_PLAN.map(({ stage }) => stage);
  return parseCellPlan(names.map((stage) => ({ stage, params: byName[stage] ?? {} })));
}
