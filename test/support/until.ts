import { setTimeout as pause } from 'node:timers/promises';

/** Less than the time of a test, so that one that waits in vain says for what. */
const MOST_MS = 100_000;
const EVERY_MS = 2;

/** Waits until a condition holds, however long a busy machine takes for it. */
export async function until(holds: () => unknown): Promise<void> {
  for (let turns = 0; turns * EVERY_MS < MOST_MS; turns++) {
    if (await holds()) return;
    await pause(EVERY_MS);
  }
  throw new Error(`waited in vain for ${holds}`);
}
