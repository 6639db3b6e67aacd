import { open } from 'node:fs/promises';
import { RecordingError, TweezertrackError } from '#protocol/errors.ts';
import { exists, existsAlready, nameWhole } from '#protocol/z-lut-new-file.ts';
import { withTemporaryOutput } from './temporary-output.ts';

/**
 * Lets a file be written under a temporary name beside its own, which it gets when it is whole and on disk.
 * @throws {OutputExistsError} if the file exists and `force` is not set
 * @throws {RecordingError} if it cannot be written
 */
export async function writeWhole<Result>(
  path: string,
  force: boolean,
  write: (temporary: string) => Promise<Result>,
): Promise<Result> {
  // Told before the work; what counts is the same question at its end.
  if (!force && (await exists(path))) throw existsAlready(path);
  try {
    return await withTemporaryOutput(path, async (temporary) => {
      const result = await write(temporary);
      const handle = await open(temporary, 'r+');
      await handle.sync().finally(() => handle.close());
      await nameWhole(temporary, path, force);
      return result;
    });
  } catch (cause) {
    if (cause instanceof TweezertrackError) throw cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    const [expected, remedy] = ['a file that can be written', 'choose another folder, or free space'];
    throw new RecordingError({ where: path, expected, received, remedy }, cause);
  }
}
