import { z } from 'zod';
import { ConfigError } from '#protocol/errors.ts';

/**
 * Options with every default filled in.
 * @throws {ConfigError} naming the function and the key that is unknown or out of range
 */
export function parseOptions<Shape extends z.ZodRawShape>(
  where: string,
  params: z.ZodObject<Shape>,
  options: unknown,
): z.output<z.ZodObject<Shape>> {
  const parsed = z.strictObject(params.shape).safeParse(options);
  if (parsed.success) return parsed.data as z.output<z.ZodObject<Shape>>;
  throw new ConfigError({
    where,
    expected: 'options of this function',
    received: z.prettifyError(parsed.error),
  });
}
