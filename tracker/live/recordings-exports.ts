import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Answered } from './recordings-pages.ts';
import { RecordingsThread } from './recordings-thread.ts';

/** Endings of the files that are made when they are asked for. */
export const EXPORT_ENDINGS = ['parquet', 'h5', 'npz'] as const;
export type ExportEnding = (typeof EXPORT_ENDINGS)[number];

/** Asked for at a time: each writes a file as large as the recording. */
const MOST_EXPORTS = 4;

const CONTENT_TYPES: Record<ExportEnding, string> = {
  parquet: 'application/vnd.apache.parquet',
  h5: 'application/x-hdf5',
  npz: 'application/zip',
};

/**
 * Downloads that begin with what is known last, so that each is written to a temporary file before it is sent, in a
 * thread of its own: the calls of HDF5 wait for the disk.
 */
export class RecordingsExports {
  readonly #thread = new RecordingsThread(MOST_EXPORTS);

  /**
   * @param disposition headers that name the file
   * @throws {RecordingError} when the recording cannot be read, or not be written that way
   * @throws {LimitError} when too many are asked for
   */
  async send(
    { request, response, folder }: Answered,
    ending: ExportEnding,
    disposition: Record<string, string>,
    layout: string | null,
  ): Promise<void> {
    const headers = { ...disposition, 'content-type': CONTENT_TYPES[ending] };
    if (request.method === 'HEAD') return void response.writeHead(200, headers).end();
    const place = await mkdtemp(join(tmpdir(), 'tweezertrack-export-'));
    try {
      const to = join(place, `tracks.${ending}`);
      await this.#thread.ask({ type: 'export', folder, to, isMagScope: layout === 'magscope' });
      response.writeHead(200, { ...headers, 'content-length': (await stat(to)).size });
      await pipeline(createReadStream(to), response);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
