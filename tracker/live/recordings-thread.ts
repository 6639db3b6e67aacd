import { RecordingError } from '#protocol/errors.ts';
import { JobThread } from './job-thread.ts';
import type { RecordingResults, RecordingTask, RowKind } from './recordings-jobs.ts';

/** Reads recordings, of which windows may be hundreds of MB and CSVs long; it remembers where their rows lie. */
export class RecordingsThread extends JobThread<RecordingTask, RecordingResults> {
  #nextStream = 0;

  /** @param mostJobs readers at a time; each viewer has one or two */
  constructor(mostJobs = 64) {
    super({
      entry: new URL('./recordings-worker.ts', import.meta.url),
      where: 'recordings',
      mostJobs,
      refusal: () => new RecordingError({ where: '', expected: '', received: '' }),
    });
  }

  /** The CSV of a file, of which nothing is read before it is asked for. */
  async *csv(path: string, of: RowKind): AsyncGenerator<string> {
    const stream = this.#nextStream++;
    try {
      for (;;) {
        const part = await this.ask({ type: 'csv-part', path, of, stream });
        if (part === null) return;
        yield part;
      }
    } finally {
      if (this.isRunning) await this.ask({ type: 'csv-end', stream });
    }
  }
}
