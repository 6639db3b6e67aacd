import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CALCIUM_REDO_PART } from '#protocol/calcium-redo.ts';
import { parseRedoQuery } from '#protocol/calcium-redo-query.ts';
import {
  AccessError,
  LimitError,
  ProtocolError,
  RecordingError,
  TweezertrackError,
} from '#protocol/errors.ts';
import { packLive } from '#protocol/live-wire.ts';
import { parseWindowQuery } from '#protocol/recording-window-query.ts';
import { RECORDINGS_PATH, type RecordingDetails, type RecordingList } from '#protocol/recordings.ts';
import type { Role } from '#protocol/role.ts';
import { endedBytes } from '#recording/arrow-stream.ts';
import { END_OF_STREAM } from '#recording/batch-encoder.ts';
import { CELLS_FORMAT } from '#recording/cell-schema.ts';
import { deleteRun } from '#recording/delete-run.ts';
import { beadsOf, RunList, type RunningRun } from '#recording/list-runs.ts';
import { runFolder } from '#recording/run-folders.ts';
import { RUN_FILES, readRunRecord } from '#recording/run-record.ts';
import { TRACKS_FORMAT } from '#recording/stream-schema.ts';
import { EXPORT_ENDINGS, RecordingsExports } from './recordings-exports.ts';
import type { RowKind } from './recordings-jobs.ts';
import { RecordingsThread } from './recordings-thread.ts';

export interface RecordingsOptions {
  /** Folder of the run folders. */
  folder: string;
  /** The run that is being recorded, or null. */
  running(): RunningRun | null;
}

/** What lies below the name of a recording; the empty one is what a replay must know. */
const PARTS = [
  '',
  'window',
  'tracks.csv',
  'tracks.arrows',
  ...EXPORT_ENDINGS.map((ending) => `tracks.${ending}` as const),
  'cells.csv',
  'cells.arrows',
  CALCIUM_REDO_PART,
] as const;
type Part = (typeof PARTS)[number];

/** Asked for at a time; they are made one after the other. */
const MOST_REDOS = 8;

const FORMATS = { tracks: TRACKS_FORMAT, cells: CELLS_FORMAT };

export interface Answered {
  request: IncomingMessage;
  response: ServerResponse;
  folder: string;
}

/** Answers the requests below `/recordings`: the list, windows, downloads and the end of a recording. */
export class RecordingsPages {
  readonly #runs: RunList;
  readonly #thread = new RecordingsThread();
  /** Of its own: it may compute for seconds, and nobody's replay waits for it. */
  readonly #redoThread = new RecordingsThread(MOST_REDOS);
  readonly #exports = new RecordingsExports();

  constructor({ folder, running }: RecordingsOptions) {
    this.#runs = new RunList(folder, running);
  }

  /**
   * Answers a request of somebody who may look.
   * @throws {AccessError} when a viewer deletes
   * @throws {ProtocolError} of another path or method, or a query that is none
   * @throws {RecordingError} when the recording cannot be read or deleted
   * @throws {LimitError} when too many read
   */
  async answer(request: IncomingMessage, response: ServerResponse, roles: readonly Role[]): Promise<void> {
    const [pathname = '', query = ''] = (request.url ?? '').split('?', 2);
    response.setHeader('cache-control', 'no-store');
    const mayDelete = roles.includes('operator');
    if (pathname === RECORDINGS_PATH) {
      if (request.method === 'DELETE') throw wrongMethod(pathname);
      const recordings = await this.#runs.list();
      return sendJson(response, { folder: this.#runs.root, mayDelete, recordings } satisfies RecordingList);
    }
    const { name, part } = parsePath(pathname);
    if (request.method === 'DELETE') {
      if (part !== '') throw wrongMethod(pathname);
      if (!mayDelete) {
        const received = roles.join(', ');
        throw new AccessError({ where: `delete ${name}`, expected: 'the role operator', received });
      }
      if (!(await deleteRun(this.#runs, name))) throw notFound(name);
      response.writeHead(204).end();
      return;
    }
    const folder = await runFolder(this.#runs.root, name);
    if (folder === null) throw notFound(name);
    const answered: Answered = { request, response, folder };
    switch (part) {
      case '':
        return sendJson(response, await this.#details(folder));
      case 'window':
        return this.#sendWindow(answered, new URLSearchParams(query));
      case CALCIUM_REDO_PART:
        return this.#sendRedo(answered, new URLSearchParams(query));
      case 'tracks.arrows':
      case 'cells.arrows':
        return this.#sendArrow(answered, part === 'cells.arrows' ? 'cells' : 'tracks');
      case 'tracks.csv':
      case 'cells.csv':
        return this.#sendCsv(answered, part === 'cells.csv' ? 'cells' : 'tracks');
      default: {
        const ending = EXPORT_ENDINGS.find((one) => part === `tracks.${one}`)!;
        const layout = new URLSearchParams(query).get('layout');
        return this.#exports.send(answered, ending, attachment(folder, 'tracks', ending), layout);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#thread.close(), this.#redoThread.close(), this.#exports.close()]);
  }

  async #details(folder: string): Promise<RecordingDetails> {
    const record = await readRunRecord(folder);
    const path = join(folder, RUN_FILES.tracks);
    const { firstNs, endS, rows, fits, motors } = await this.#thread.ask({ type: 'extent', path });
    const { camera, fps, pixelSizeNm } = record.camera;
    return {
      name: basename(folder),
      firstNs: rows > 0 ? String(firstNs) : null,
      ...{ endS, rows, fits, motors, beads: beadsOf(record) },
      camera: { camera, fps, pixelSizeNm: Number.isNaN(pixelSizeNm) ? null : pixelSizeNm },
    };
  }

  async #sendWindow({ response, folder }: Answered, query: URLSearchParams): Promise<void> {
    const path = join(folder, RUN_FILES.tracks);
    sendPacked(response, await this.#thread.ask({ type: 'window', path, query: parseWindowQuery(query) }));
  }

  async #sendRedo({ response, folder }: Answered, query: URLSearchParams): Promise<void> {
    sendPacked(response, await this.#redoThread.ask({ type: 'redo', folder, query: parseRedoQuery(query) }));
  }

  /** The file as it is; where it has no end yet, its whole batches and an end, so that every Arrow reader takes it. */
  async #sendArrow({ request, response, folder }: Answered, kind: RowKind): Promise<void> {
    const path = join(folder, RUN_FILES[kind]);
    const ended = await endedBytes(path, FORMATS[kind]);
    const bytes = ended ?? (await this.#wholeBytes(path, kind));
    const end = ended === null ? END_OF_STREAM : new Uint8Array(0);
    response.writeHead(200, {
      ...attachment(folder, kind, 'arrows'),
      'content-type': 'application/vnd.apache.arrow.stream',
      'content-length': bytes + end.byteLength,
    });
    if (request.method === 'HEAD') return void response.end();
    await pipeline(createReadStream(path, { end: bytes - 1 }), response, { end: false });
    response.end(end);
  }

  async #wholeBytes(path: string, kind: RowKind): Promise<number> {
    if (kind === 'cells') return this.#thread.ask({ type: 'cell-bytes', path });
    return (await this.#thread.ask({ type: 'extent', path })).wholeBytes;
  }

  async #sendCsv({ request, response, folder }: Answered, kind: RowKind): Promise<void> {
    const parts = this.#thread.csv(join(folder, RUN_FILES[kind]), kind);
    // The first part before the headers: a recording that cannot be read is an error, not an empty file.
    const first = await parts.next();
    try {
      response.writeHead(200, {
        ...attachment(folder, kind, 'csv'),
        'content-type': 'text/csv; charset=utf-8',
      });
      if (request.method === 'HEAD') return void response.end();
      await pipeline(Readable.from(withFirst(first, parts), { highWaterMark: 1 }), response);
    } finally {
      // Also of a peer that left before the first part was taken.
      await parts.return(undefined);
    }
  }
}

/** HTTP status of what `answer` throws. */
export function statusOf(cause: unknown): number {
  if (cause instanceof AccessError) return 403;
  if (cause instanceof LimitError) return 503;
  if (cause instanceof NotFoundError) return 404;
  if (cause instanceof MethodError) return 405;
  if (cause instanceof ProtocolError) return 400;
  return cause instanceof TweezertrackError ? 409 : 500;
}

class NotFoundError extends RecordingError {}
class MethodError extends ProtocolError {}

function notFound(name: string): NotFoundError {
  return new NotFoundError({
    where: `recording '${name}'`,
    expected: 'one of the list',
    received: 'another name',
  });
}

function wrongMethod(path: string): MethodError {
  return new MethodError({ where: path, expected: 'GET', received: 'DELETE' });
}

/** `/recordings/NAME` or `/recordings/NAME/PART`. */
function parsePath(pathname: string): { name: string; part: Part } {
  const [encoded = '', part = '', ...more] = pathname.slice(RECORDINGS_PATH.length + 1).split('/');
  let name: string;
  try {
    name = decodeURIComponent(encoded);
  } catch {
    throw notFound(encoded);
  }
  const known = PARTS.find((one) => one === part);
  if (known === undefined || more.length > 0) throw notFound(pathname.slice(RECORDINGS_PATH.length + 1));
  return { name, part: known };
}

function sendPacked(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/vnd.msgpack' }).end(packLive(value));
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function attachment(folder: string, kind: RowKind, ending: string): Record<string, string> {
  const stem = kind === 'cells' ? `${basename(folder)}.cells` : basename(folder);
  const name = encodeURIComponent(`${stem}.${ending}`).replaceAll("'", '%27');
  return { 'content-disposition': `attachment; filename*=UTF-8''${name}` };
}

async function* withFirst(
  first: IteratorResult<string>,
  others: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (!first.done) yield first.value;
  yield* others;
}
