import { ZLutError } from '#protocol/errors.ts';
import { JobThread } from './job-thread.ts';
import type { ZLutResults, ZLutTask } from './z-lut-jobs.ts';

/** Reads, checks and compares Z-LUTs, which takes seconds. */
export class ZLutThread extends JobThread<ZLutTask, ZLutResults> {
  constructor() {
    super({
      entry: new URL('./z-lut-worker.ts', import.meta.url),
      where: 'Z-LUTs',
      // A list asks for one a file, and does so in turn.
      mostJobs: 32,
      refusal: () => new ZLutError({ where: '', expected: '', received: '' }),
    });
  }
}
