import { parentPort, workerData } from 'node:worker_threads';
import { RoiError } from '#protocol/errors.ts';
import { proposeBeads } from '#rois/propose-beads.ts';
import type { ProposalReply, ProposalWorkerStart } from './proposal-thread.ts';

const { pixels, width, height, options } = workerData as ProposalWorkerStart;
const reply = (message: ProposalReply) => parentPort!.postMessage(message);

try {
  reply({ proposals: proposeBeads(pixels, { width, height }, options) });
} catch (error) {
  if (!(error instanceof RoiError)) throw error;
  reply({ refused: error.message });
}
