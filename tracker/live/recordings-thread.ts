import { RecordingError } from '#protocol/errors.ts';
import { JobThread } from './job-thread.ts';
import type { RecordingResults, RecordingTask } from './recordings-jobs.ts';

/** Reads recordings, of which windows may be hundreds of MB and CSVs long; it remembers where their rows lie. */
export class RecordingsThread extends JobThread<RecordingTask, RecordingResults> {
  #nextStream = 0;

  constructor() {
    super({
      entry: new URL('./recordings-worker.ts', import.meta.url),
      where: 'recordings',
      // Each viewer has one or two.
      mostJobs: 64,
      refusal: () => new RecordingError({ where: '', expected: '', received: '' }),
    });
  }

  /** The CSV of a `tracks.arrows`, of which nothing is read before it is asked for. */
  async *csv(path: string): AsyncGenerator<string> {
    const stream = this.#nextStream++;
    try {
      for (;;) {
        const part = await this.ask({ type: 'csv-part', path, stream });
        if (part === null) return;
        yield part;
      }
    } finally {
      if (this.isRunning) await this.ask({ type: 'csv-end', stream });
    }
  }
}
