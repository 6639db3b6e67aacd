import type { IncomingMessage, ServerResponse } from 'node:http';
import { cameraPath, MAIN_CAMERA, splitCameraPath } from '#protocol/camera-name.ts';
import { AccessError, ProtocolError, TweezertrackError } from '#protocol/errors.ts';
import { RECORDINGS_PATH } from '#protocol/recordings.ts';
import type { Refusal } from '#protocol/refusal.ts';
import type { Role } from '#protocol/role.ts';
import type { CameraMount, CameraMounts } from './camera-mount.ts';
import { DASHBOARD_FOLDER, readDashboard } from './dashboard-files.ts';
import type { Door, TurnedAway } from './door.ts';
import type { RecordingsPages } from './recordings-pages.ts';
import type { Refusals } from './refusals.ts';
import { SIGN_IN_PATH, type SignIn } from './sign-in.ts';
import { answerZLuts, isOfZLuts, statusOfZLuts } from './z-lut-pages.ts';

/** The page runs its own scripts only, in no frame of another page, and tells nobody where it is. */
const HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; " +
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Without any referrer a browser sends the sign-in form with the origin `null`, which the door turns away.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** A page made for each request. */
export interface Report {
  contentType: string;
  text: string;
}

export interface PagesOptions {
  door: Door;
  signIn: SignIn;
  refusals: Refusals;
  /** Pages by path that programs read, e.g. `/health`; any role may. */
  reports: Record<string, () => Report | Promise<Report>>;
  /** Whose recordings and Z-LUTs are served. */
  mounts: CameraMounts;
}

/** Answers HTTP requests: the dashboard's files, the sign-in, the reports and the recordings. */
export class Pages {
  readonly #options: PagesOptions;
  #files = readDashboard(DASHBOARD_FOLDER);
  readonly #recordings = new Map<CameraMount, RecordingsPages>();

  constructor(options: PagesOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { door, mounts, signIn, reports } = this.#options;
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const wrongPage = door.checkPage(request);
    if (wrongPage) return this.#turnAway(response, wrongPage);
    const whole = request.url ?? '/';
    const { name, rest: path } = splitCameraPath(whole.split('?')[0]!);
    const { method } = request;
    const signsIn = path === SIGN_IN_PATH && method === 'POST';
    if (signsIn && door.tokens) return signIn.take(door.tokens, request, response);
    const mount = mounts.get(name);
    const ofRecordings = mount?.recordings != null && isOfRecordings(path);
    if (method !== 'GET' && method !== 'HEAD' && !(ofRecordings && method === 'DELETE')) {
      response.setHeader('allow', 'GET, HEAD');
      const error = new ProtocolError({ where: path, expected: 'GET or HEAD', received: method ?? 'none' });
      return this.#refuse(response, 405, 'method', error);
    }
    const roles = door.rolesOf(request, signIn.passName);
    if (!Array.isArray(roles)) {
      // A person who opens the dashboard is asked, not refused.
      if (path === '/') return signIn.page(response, 401);
      return this.#turnAway(response, roles as TurnedAway);
    }
    if (!mount) return this.#turnAway(response, noSuchCamera(name, mounts));
    const report = name === MAIN_CAMERA && Object.hasOwn(reports, path) ? reports[path] : undefined;
    if (report) {
      const { contentType, text } = await report();
      response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
      response.end(text);
      return;
    }
    if (!roles.includes('operator') && !roles.includes('viewer')) {
      return this.#turnAway(response, needsRole('operator or viewer', roles));
    }
    // Its scripts and links are found from where the page is.
    if (path === '') return void response.writeHead(308, { location: `${cameraPath(name)}/` }).end();
    request.url = whole.slice(cameraPath(name).length);
    if (isOfZLuts(path)) return this.#ofZLuts(mount, request, response, path);
    if (ofRecordings) return this.#ofRecordings(mount, request, response, roles);
    this.#file(request, response, path);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#recordings.values()].map((pages) => pages.close()));
  }

  async #ofRecordings(
    mount: CameraMount,
    request: IncomingMessage,
    response: ServerResponse,
    roles: readonly Role[],
  ): Promise<void> {
    // What reads recordings is loaded when somebody asks for one: no camera should wait for it.
    const { RecordingsPages, statusOf } = await import('./recordings-pages.ts');
    const pages = this.#recordings.get(mount) ?? new RecordingsPages(mount.recordings!);
    this.#recordings.set(mount, pages);
    try {
      await pages.answer(request, response, roles);
    } catch (cause) {
      // Half a download cannot be taken back: the peer sees that its end is missing.
      if (response.headersSent || !(cause instanceof TweezertrackError)) throw cause;
      mount.refusals.ofRequest(cause);
      response.writeHead(statusOf(cause), { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${cause.code} ${cause.message}\n`);
    }
  }

  async #ofZLuts(
    mount: CameraMount,
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    const shelf = mount.zLuts();
    if (!shelf) return this.#file(request, response, path);
    try {
      await answerZLuts(shelf, request, response);
    } catch (cause) {
      if (response.headersSent || !(cause instanceof TweezertrackError)) throw cause;
      mount.refusals.ofRequest(cause);
      response.writeHead(statusOfZLuts(cause), { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${cause.code} ${cause.message}\n`);
    }
  }

  #file(request: IncomingMessage, response: ServerResponse, path: string): void {
    // A checkout may be built while the tracker runs already.
    if (this.#files.size === 0) this.#files = readDashboard(DASHBOARD_FOLDER);
    const file = this.#files.get(path);
    if (!file) {
      const received =
        this.#files.size > 0 ? 'another' : 'none, as the dashboard is not built: npm run build';
      const error = new ProtocolError({ where: path, expected: 'a file of the dashboard', received });
      this.#refuse(response, 404, 'path', error);
      return;
    }
    const headers = { etag: file.etag, 'cache-control': 'no-cache' };
    if (request.headers['if-none-match'] === file.etag) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, {
      ...headers,
      'content-type': file.contentType,
      'content-length': file.bytes.length,
    });
    response.end(request.method === 'HEAD' ? undefined : file.bytes);
  }

  #turnAway(response: ServerResponse, { status, reason, error }: TurnedAway): void {
    if (status === 401) response.setHeader('www-authenticate', 'Bearer');
    this.#refuse(response, status, reason, error);
  }

  #refuse(response: ServerResponse, status: number, reason: Refusal, error: TweezertrackError): void {
    this.#options.refusals.count(reason, error);
    this.#options.refusals.turnAway(response.req.socket);
    response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(`${error.code} ${error.message}\n`);
  }
}

function isOfRecordings(path: string): boolean {
  return path === RECORDINGS_PATH || path.startsWith(`${RECORDINGS_PATH}/`);
}

/** A peer whose token is of another role. */
export function needsRole(expected: string, roles: readonly string[]): TurnedAway {
  const received = roles.join(', ');
  const error = new AccessError({ where: 'token', expected: `the role ${expected}`, received });
  return { status: 403, reason: 'role', error };
}

/** A path of a camera that the settings do not name. */
export function noSuchCamera(name: string, mounts: CameraMounts): TurnedAway {
  const named = [...mounts.keys()].filter((one) => one !== MAIN_CAMERA);
  const error = new ProtocolError({
    where: 'camera',
    expected: named.length > 0 ? `one of ${named.join(', ')}, or none by name` : 'none by name',
    received: `'${name}'`,
    remedy: 'name it in the settings of the tracker, as [cameras.NAME]',
  });
  return { status: 404, reason: 'path', error };
}
