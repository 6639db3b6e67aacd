import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Nobody writes an output without touching it for so long, wherever the program runs, ms. */
const ABANDONED_MS = 3_600_000;

const HERE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Of this thread, while they are written. */
const written = new Set<string>();

/**
 * Lets a file or folder be made under a temporary name beside its own. What still has that name is removed afterwards,
 * also when a signal ends the program; what a killed one left behind is removed before the next to the same name.
 */
export async function withTemporaryOutput<Result>(
  path: string,
  write: (temporary: string) => Promise<Result>,
): Promise<Result> {
  await removeLeftovers(path);
  const temporary = `${resolve(path)}.${HERE}-${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  if (written.size === 0) watch();
  written.add(temporary);
  try {
    return await write(temporary);
  } finally {
    // Where nothing could be written there may be nothing to remove; why is told already.
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    written.delete(temporary);
    if (written.size === 0) unwatch();
  }
}

async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `${basename(path)}.`;
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    if (!name.startsWith(start)) continue;
    const [isTemporary, host, pid] =
      /^(?:([0-9a-f]{8})-(\d+)-)?[0-9a-f]{8}\.tmp$/.exec(name.slice(start.length)) ?? [];
    if (!isTemporary) continue;
    const isLeft = (host === HERE && !isRunning(Number(pid))) || (await isAbandoned(join(folder, name)));
    if (isLeft) await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    // Of another user: it is there, but may not be asked.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => null);
  return file !== null && Date.now() - file.mtimeMs > ABANDONED_MS;
}

/** Before all others, of which one may end to listen when it is told. */
function watch(): void {
  for (const signal of STOP_SIGNALS) process.prependListener(signal, stop);
  process.on('exit', removeWritten);
}

function unwatch(): void {
  for (const signal of STOP_SIGNALS) process.off(signal, stop);
  process.off('exit', removeWritten);
}

/** Ends the program as the signal does that nobody listens to; a service that listens ends its exports itself. */
function stop(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  removeWritten();
  unwatch();
  process.kill(process.pid, signal);
}

function removeWritten(): void {
  for (const temporary of written) {
    try {
      rmSync(temporary, { recursive: true, force: true });
    } catch {
      // The next to the same name tries again.
    }
  }
}
