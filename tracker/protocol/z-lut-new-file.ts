import { randomBytes } from 'node:crypto';
import { access, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutputExistsError, ZLutError } from './errors.ts';

/** What file systems without hard links answer. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);

/**
 * Writes a file that is there whole or not at all, whenever the power fails: under a temporary name beside it first.
 * @throws {OutputExistsError} if the file exists and `force` is not set
 * @throws {ZLutError} if it cannot be written
 */
export async function writeNewFile(path: string, bytes: Uint8Array, force: boolean): Promise<void> {
  // Told before the work; what counts is the same question at its end.
  if (!force && (await exists(path))) throw existsAlready(path);
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeThrough(temporary, bytes);
    await nameWhole(temporary, path, force);
  } catch (cause) {
    if (cause instanceof OutputExistsError) throw cause;
    throw new ZLutError(
      { where: path, expected: 'a file that can be written', received: String(cause) },
      cause,
    );
  } finally {
    await rm(temporary, { force: true });
  }
}

export function existsAlready(path: string): OutputExistsError {
  return new OutputExistsError({
    where: path,
    expected: 'a new file',
    received: 'one that exists',
    remedy: 'give another name or --force',
  });
}

/** Whether there is a file of this name. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Gives a file that is whole and on disk its name.
 * @throws {OutputExistsError} if there is one of that name and `force` is not set
 */
export async function nameWhole(temporary: string, path: string, force: boolean): Promise<void> {
  if (force) await rename(temporary, path);
  else await nameNew(temporary, path);
  await syncFolder(dirname(path));
}

/** Renames unless the new name is taken, which `rename` alone would write over. */
async function nameNew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') throw existsAlready(path);
    if (!NO_LINKS.has(code)) throw error;
    if (await exists(path)) throw existsAlready(path);
    await rename(temporary, path);
  }
}

/** A new name is on disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and needs none of this.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
