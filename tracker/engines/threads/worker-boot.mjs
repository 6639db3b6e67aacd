// A worker thread does not inherit the TypeScript loader of its parent: register it, then run the real entry; or what
// was built of it, where that is what the program runs from (see ../../bin.mjs).
import { basename } from 'node:path';
import { getEnvironmentData, workerData } from 'node:worker_threads';

const built = getEnvironmentData('tweezertrack:built');
if (built) {
  await import(new URL(`${basename(workerData.entry, '.ts')}.js`, built).href);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import(workerData.entry);
}
