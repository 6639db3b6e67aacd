import { z } from 'zod';
import { ZLutError } from '#protocol/errors.ts';
import { zLutQualitySchema } from '#protocol/z-lut-quality.ts';
import { runInChild } from './run-in-child.ts';

const builtSchema = z.object({
  zLuts: z.array(
    z.object({
      bead: z.number(),
      /** Name in the folder of the sweep, or null with an error. */
      file: z.string().nullable(),
      error: z.string().nullable(),
      used: z.number(),
      rejected: z.number(),
      quality: zLutQualitySchema.nullable(),
    }),
  ),
  /** Null where a number could not be measured. */
  motion: z.object({ hysteresisNm: z.number().nullable(), driftNmPerS: z.number().nullable() }).nullable(),
});

/** What became of a sweep that was built. */
export type BuiltSweep = z.output<typeof builtSchema>;

/**
 * Builds the Z-LUTs of a sweep that is taken by `zlut sweep --build`, in a process of its own.
 * @param path folder of the sweep
 * @throws {ZLutError} with what the process said when it failed; the reason of `signal`
 */
export async function buildInChild(path: string, signal: AbortSignal): Promise<BuiltSweep> {
  const { code, said, complaint } = await runInChild(['zlut', 'sweep', '--build', path], signal);
  if (code === 0) return builtSchema.parse(JSON.parse(said));
  throw new ZLutError({ where: path, expected: 'its Z-LUTs', received: complaint || `exit ${code}` });
}
