import { setTimeout as pause } from 'node:timers/promises';

/** Less than the time of a test, so that one that waits in vain says for what. */
const MOST_MS = 100_000;
const EVERY_MS = 2;

/** Waits until a condition holds, however long a busy machine takes for it. */
export async function until(holds: () => unknown): Promise<void> {
  // Not `performance`, whose time is in the hands of some tests.
  for (const endMs = Date.now() + MOST_MS; Date.now() < endMs; await pause(EVERY_MS)) {
    if (await holds()) return;
  }
  throw new Error(`waited in vain for ${holds}`);
}
