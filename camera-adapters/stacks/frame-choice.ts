import { StackError } from '#protocol/errors.ts';

/** Which frames of a file or folder of several channels and planes, counted from 1 as microscopes do. */
export interface FrameChoice {
  /** `all`: those of every channel, in the order of the file. */
  readonly channel?: number | 'all';
  readonly plane?: number;
}

const EXAMPLE = "'ch=2' or 'ch=2&plane=1', counted from 1";

/**
 * Channel and plane as they stand behind the `#` of a path.
 * @param text `ch=2&plane=1`; none for a path without a `#`
 * @throws {StackError} if it says something else
 */
export function parseFrameChoice(path: string, text: string | undefined): FrameChoice {
  if (text === undefined) return {};
  const found: { channel?: number | 'all'; plane?: number } = {};
  for (const part of text.split('&')) {
    const [, key, value] = /^(ch|plane)=(\d{1,6}|all)$/.exec(part) ?? [];
    const number = Number(value);
    if (key === 'ch' && value === 'all') found.channel = 'all';
    else if (key === 'ch' && number > 0) found.channel = number;
    else if (key === 'plane' && number > 0) found.plane = number;
    else throw new StackError({ where: `${path}#${text}`, expected: EXAMPLE, received: `'${part}'` });
  }
  return found;
}
