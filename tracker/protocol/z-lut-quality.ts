import { z } from 'zod';

const measured = z.object({ value: z.number(), error: z.number().nonnegative() });

/** What a check found a Z-LUT to be worth. */
export const zLutQualitySchema = z.object({
  /** 0 to 100. */
  score: z.number().min(0).max(100),
  verdict: z.enum(['good', 'fair', 'bad']),
  /** The verdict and its main reason, for a person. */
  sentence: z.string().max(1000),
  /** Lowest and highest z that can be trusted, nm. */
  usefulRangeNm: z.tuple([z.number(), z.number()]).optional(),
  /** Root mean square over the useful range of the mean error of each plane, nm. */
  biasNm: z.number().nonnegative().optional(),
  /** Standard deviation of z of one frame, median over the useful range, nm. */
  noiseNm: z.number().nonnegative().optional(),
  /** Shift of the focus between the two ways of its sweep at the turn, with its standard error, nm. */
  hysteresisNm: measured.optional(),
  /** Of the focus during the sweep, with its standard error. */
  driftNmPerS: measured.optional(),
});

export type ZLutQuality = z.output<typeof zLutQualitySchema>;
