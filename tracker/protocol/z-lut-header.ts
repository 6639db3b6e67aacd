import { z } from 'zod';
import { zLutOriginSchema } from './z-lut-origin.ts';

/** Values that a file may claim to hold, so that a broken or hostile one cannot fill the memory: 512 MiB of float64. */
export const MOST_VALUES = 2 ** 26;

const count = (least: number) => z.number().int().min(least).max(65536);

/** How profiles were made, as files say it. */
export const profileMethodSchema = z.object({
  stage: z.string().min(1).max(100),
  params: z.record(z.string(), z.unknown()),
  roiSize: z.number().int().positive(),
});

/** What files say of a model beside its coefficients. */
export const modelFactsSchema = z.object({
  startZNm: z.number(),
  stepZNm: z.number(),
  knotPx: z.number(),
  reachPx: z.number(),
  levelCounts: z.number(),
  cameraGain: z.number(),
  floorVariance: z.number(),
  /** Left out by files of before it was measured. */
  misfit: z.number().default(0),
});

interface TableSizes {
  planes: number;
  radii: number;
  model?: { zKnots: number; knots: number } | undefined;
}

/** What a .zlut file says before its tables, as JSON. */
export const zLutHeaderSchema = z
  .object({
    planes: count(8),
    radii: count(4),
    /** Of the table of radii: px, or their index where px are not known. */
    radiiUnit: z.enum(['px', 'index']),
    method: profileMethodSchema.optional(),
    model: modelFactsSchema.extend({ zKnots: count(4), knots: count(4) }).optional(),
    origin: zLutOriginSchema.optional(),
  })
  .refine((header) => tableValues(header) <= MOST_VALUES, {
    error: `tables of more than ${MOST_VALUES} values`,
  });

export type ZLutHeader = z.output<typeof zLutHeaderSchema>;

/** Number of float64 that follow a header: plane z, radii, profiles, coefficients. */
export function tableValues({ planes, radii, model }: TableSizes): number {
  return planes + radii + planes * radii + (model ? model.zKnots * model.knots : 0);
}
