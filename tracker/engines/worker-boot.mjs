// A worker thread does not inherit the TypeScript loader of its parent: register it, then run the real entry.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.entry);
