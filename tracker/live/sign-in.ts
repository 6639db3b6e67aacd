import type { IncomingMessage, ServerResponse } from 'node:http';
import { AccessError, LimitError, type TweezertrackError } from '#protocol/errors.ts';
import type { Refusal } from '#protocol/refusal.ts';
import type { Refusals } from './refusals.ts';
import type { TokenBook } from './tokens.ts';

/** Path that takes the token of a person at a browser. */
export const SIGN_IN_PATH = '/sign-in';

const PASS_LASTS_S = 7 * 24 * 3600;
const MAX_FORM_BYTES = 1024;
/** Wrong tokens a minute, of everybody together; guessing is hopeless anyway, this keeps it out of the log. */
const WRONG_A_MINUTE = 30;

/**
 * Takes a token from a form and gives the browser a pass for it, in a cookie that no script can read and no other
 * site can send. The token itself is in no URL and stays in no browser.
 */
export class SignIn {
  readonly passName: string;
  readonly #secure: boolean;
  readonly #refusals: Refusals;
  #wrong = 0;
  #minute = 0;

  constructor(port: number, secure: boolean, refusals: Refusals) {
    // Cookies know no ports: two trackers of one host would take each other's.
    this.passName = `${secure ? '__Host-' : ''}tweezertrack-${port}`;
    this.#secure = secure;
    this.#refusals = refusals;
  }

  page(response: ServerResponse, status: number, complaint = ''): void {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end(pageOf(complaint));
  }

  async take(tokens: TokenBook, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const minute = Math.floor(performance.now() / 60_000);
    if (minute !== this.#minute) this.#wrong = 0;
    this.#minute = minute;
    if (this.#wrong >= WRONG_A_MINUTE) {
      const expected = `at most ${WRONG_A_MINUTE} wrong tokens a minute`;
      const error = new LimitError({ where: 'sign-in', expected, received: 'more' });
      this.#turnAway(response, 'sign-in-rate', error);
      return this.page(response, 429, 'Too many wrong tokens. Try again in a minute.');
    }
    const form = await readForm(request);
    if (form === null) {
      const expected = `a form of at most ${MAX_FORM_BYTES} bytes`;
      const error = new LimitError({ where: 'sign-in', expected, received: 'more' });
      this.#turnAway(response, 'http-request', error);
      return this.page(response, 413, 'That is no token.');
    }
    const endsS = Math.floor(Date.now() / 1000) + PASS_LASTS_S;
    const pass = tokens.passFor(new URLSearchParams(form).get('token')?.trim() ?? '', endsS);
    if (pass === null) {
      this.#wrong++;
      const expected = 'one of the tokens of this tracker';
      const error = new AccessError({ where: 'sign-in', expected, received: 'another' });
      this.#turnAway(response, 'bad-token', error);
      return this.page(response, 401, 'That is none of the tokens of this tracker.');
    }
    const secure = this.#secure ? '; Secure' : '';
    response.writeHead(303, {
      location: './',
      'cache-control': 'no-store',
      'set-cookie': `${this.passName}=${pass}; Path=/; Max-Age=${PASS_LASTS_S}; HttpOnly; SameSite=Strict${secure}`,
    });
    response.end();
  }

  #turnAway(response: ServerResponse, reason: Refusal, error: TweezertrackError): void {
    this.#refusals.count(reason, error);
    this.#refusals.turnAway(response.req.socket);
    response.setHeader('connection', 'close');
  }
}

/** The body, or null when it is too long; a body that stops coming ends with the request's own time limit. */
function readForm(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    // An iterator would close the connection before the answer to a form that is too long.
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= MAX_FORM_BYTES) parts.push(part);
      else resolve(null);
    });
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.on('error', reject);
  });
}

function pageOf(complaint: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>tweezertrack: sign in</title>
<style>
body { font: 16px system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0 }
form { display: grid; gap: 0.75rem; width: min(22rem, 90vw) }
input, button { font: inherit; padding: 0.5rem }
</style>
</head>
<body>
<form method="post" action=".${SIGN_IN_PATH}">
<label for="token">Token of an operator or a viewer</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
<p role="alert">${complaint}</p>
</form>
</body>
</html>
`;
}
