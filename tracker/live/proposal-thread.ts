import { Worker } from 'node:worker_threads';
import type { BeadProposal } from '#protocol/bead-proposal.ts';
import { RoiError } from '#protocol/errors.ts';
import type { Pixels } from '#protocol/pixel-format.ts';
import type { ProposeBeadsOptions } from '#rois/propose-beads.ts';

/** A frame to search; its pixels are moved to the thread. */
export interface FrameToSearch {
  /** [row, column], with a buffer of its own. */
  pixels: Pixels;
  width: number;
  height: number;
  options: ProposeBeadsOptions;
}

/** What a thread begins with. */
export interface ProposalWorkerStart extends FrameToSearch {
  /** Module that the boot loads. */
  entry: string;
}

export type ProposalReply = { proposals: BeadProposal[] } | { refused: string };

/**
 * Proposes beads in a thread of its own, so that tens of MB and a few tenths of a second do not hold up frames; it ends
 * with its answer, because nobody knows whether somebody asks again.
 * @throws {RoiError} when there are no rings at the seed
 */
export function proposeInThread(search: FrameToSearch): Promise<BeadProposal[]> {
  const entry = new URL('./proposal-worker.ts', import.meta.url).href;
  const workerData: ProposalWorkerStart = { ...search, entry };
  const worker = new Worker(new URL('../engines/threads/worker-boot.mjs', import.meta.url), {
    workerData,
    transferList: [search.pixels.buffer as ArrayBuffer],
  });
  // A search does not keep a program alive that is done.
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('message', (reply: ProposalReply) => {
      if ('proposals' in reply) resolve(reply.proposals);
      else reject(restore(reply.refused));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the search for beads ended with code ${code}`)));
  });
}

function restore(message: string): RoiError {
  const error = new RoiError({ where: '', expected: '', received: '' });
  error.message = message;
  return error;
}
