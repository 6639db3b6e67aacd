import { extname } from 'node:path';
import { ConfigError } from '#protocol/errors.ts';

/**
 * Ending of the name of an output.
 * @throws {ConfigError} if it is none of those a command writes
 */
export function endingOf<Ending extends string>(out: string, endings: readonly Ending[]): Ending {
  const ending = endings.find((each) => each === extname(out).toLowerCase());
  if (ending !== undefined) return ending;
  throw new ConfigError({
    where: '--out',
    expected: `a name that ends in ${endings.join(' or ')}`,
    received: `'${out}'`,
  });
}
