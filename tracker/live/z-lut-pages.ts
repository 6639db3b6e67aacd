import { lstat, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { AccessError, LimitError, ProtocolError, type TweezertrackError } from '#protocol/errors.ts';
import { encodeBinaryZLut } from '#protocol/z-lut-binary.ts';
import { Z_LUTS_PATH } from '#protocol/z-lut-list.ts';
import { MissingZLutError, type ZLutShelf } from './z-lut-shelf.ts';

/** A report is a page of a file's making: it shows itself, and does nothing. */
const REPORT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

/** Whether a path is answered here. */
export function isOfZLuts(path: string): boolean {
  return path === Z_LUTS_PATH || path.startsWith(`${Z_LUTS_PATH}/`);
}

/**
 * Answers the requests below `/z-luts`, of somebody who may look: the list, `report?of=NAME`, `download?of=NAME` and
 * `compare?first=NAME&second=NAME`.
 * @throws {ProtocolError} of another path
 * @throws {ZLutError} when a Z-LUT is not there, or cannot be read, or two cannot be compared
 * @throws {LimitError} when too many read
 */
export async function answerZLuts(
  shelf: ZLutShelf,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [pathname = '', query = ''] = (request.url ?? '').split('?', 2);
  const asked = new URLSearchParams(query);
  const named = (key: string) => asked.get(key)?.slice(0, 300) ?? '';
  response.setHeader('cache-control', 'no-store');
  switch (pathname) {
    case Z_LUTS_PATH:
      return sendJson(response, await shelf.list());
    case `${Z_LUTS_PATH}/compare`:
      return sendJson(response, await shelf.compare(named('first'), named('second')));
    case `${Z_LUTS_PATH}/report`: {
      const html = await reportOf(shelf, named('of'));
      response.setHeader('content-security-policy', REPORT_POLICY);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
      return;
    }
    case `${Z_LUTS_PATH}/download`: {
      const path = await shelf.path(named('of'));
      const bytes = path === null ? encodeBinaryZLut(await shelf.read(named('of'))) : await readFile(path);
      const name = path === null ? `${named('of').replace('/', '-')}.zlut` : basename(path);
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': bytes.byteLength,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`,
      });
      response.end(request.method === 'HEAD' ? undefined : bytes);
      return;
    }
    default: {
      const expected = `${Z_LUTS_PATH}, and report, download and compare below it`;
      throw new ProtocolError({ where: 'path', expected, received: pathname.slice(0, 100) });
    }
  }
}

/** The page that its build wrote, with the frames of its sweep; else what its planes alone say. */
async function reportOf(shelf: ZLutShelf, name: string): Promise<string> {
  const path = await shelf.path(name);
  const beside = path && (name.startsWith('sweeps/') ? path.replace(/\.zlut$/, '.html') : `${path}.html`);
  // No link is followed.
  const isThere = beside && (await lstat(beside).catch(() => null))?.isFile();
  const written = isThere && (await readFile(beside, 'utf8').catch(() => null));
  return written || shelf.report(name);
}

/** HTTP status of what `answerZLuts` throws. */
export function statusOfZLuts(cause: TweezertrackError): number {
  if (cause instanceof AccessError) return 403;
  if (cause instanceof LimitError) return 503;
  if (cause instanceof MissingZLutError || cause instanceof ProtocolError) return 404;
  return 409;
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
