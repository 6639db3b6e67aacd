import { z } from 'zod';
import { zLutQualitySchema } from './z-lut-quality.ts';

const text = z.string().max(1000);

/** Where a Z-LUT comes from and what it was made with; whatever is not known is left out. */
export const zLutOriginSchema = z.object({
  /** ISO 8601 time at which it was built. */
  madeAt: z.iso.datetime({ offset: true }).optional(),
  /** Program and version that built it. */
  madeBy: text.optional(),
  /** Of the camera in the plane of the bead. */
  pixelSizeNm: z.number().positive().optional(),
  beadDiameterNm: z.number().positive().optional(),
  objective: text.optional(),
  /** Bead of the sweep. */
  bead: z.number().int().nonnegative().optional(),
  /**
   * Move of the focus in the medium over the move of the focus stage: about n_medium / n_immersion of the objective.
   * `applied` is whether the plane z hold it already.
   */
  focalShift: z.object({ factor: z.number().positive(), applied: z.boolean() }).optional(),
  /** The recorded focal sweep: its name and the SHA-256 of its bytes, hexadecimal. */
  stack: z
    .object({
      name: text,
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
    })
    .optional(),
  /** Frames in the table, and those left out by the reason. */
  frames: z
    .object({
      used: z.number().int().nonnegative(),
      rejected: z.record(z.string(), z.number().int().nonnegative()),
    })
    .optional(),
  /** What was changed since, oldest first. */
  edits: z.array(text).max(1000).optional(),
  quality: zLutQualitySchema.optional(),
});

export type ZLutOrigin = z.output<typeof zLutOriginSchema>;
