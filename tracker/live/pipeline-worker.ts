import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openEngine } from '#engines/open-engine.ts';
import { tryPlans } from '#pipeline/try-plans.ts';
import type { TrialWorkerStart } from './pipeline-thread.ts';

/** Frames come first: as polite as can be. */
const LOWEST_PRIORITY = 19;

// Of this thread alone on Linux; elsewhere it would be that of all.
if (process.platform === 'linux') setPriority(0, LOWEST_PRIORITY);

const { frames, options } = workerData as TrialWorkerStart;
parentPort!.postMessage(await tryPlans(frames, options, () => openEngine('wasm')));
