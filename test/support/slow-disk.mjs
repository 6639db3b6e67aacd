// Preloaded into a process with NODE_OPTIONS=--import, it makes every write and sync of its files slow.
import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const SLOW_MS = Number(process.env.SLOW_DISK_MS);

const handle = await open(new URL(import.meta.url));
const prototype = Object.getPrototypeOf(handle);
await handle.close();
for (const step of ['write', 'datasync']) {
  const quick = prototype[step];
  prototype[step] = async function slow(...given) {
    await pause(SLOW_MS);
    return quick.apply(this, given);
  };
}
