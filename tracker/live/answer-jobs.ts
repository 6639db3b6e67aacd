import { parentPort } from 'node:worker_threads';
import { TweezertrackError } from '#protocol/errors.ts';
import type { Job, JobReply } from './job-thread.ts';

/** Answers the jobs of a `JobThread`, in its thread. */
export function answerJobs<Task>(resultOf: (task: Task) => Promise<unknown>): void {
  const port = parentPort!;
  const reply = (message: JobReply) => port.postMessage(message);
  port.on('message', ({ job, task }: Job<Task>) => {
    resultOf(task).then(
      (result) => reply({ job, result }),
      (cause: unknown) => {
        if (cause instanceof TweezertrackError) reply({ job, refused: cause.message });
        else reply({ job, failed: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) });
      },
    );
  });
}
