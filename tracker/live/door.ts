import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { AccessError, ConfigError, type TweezertrackError } from '#protocol/errors.ts';
import type { Refusal } from '#protocol/refusal.ts';
import type { Role } from '#protocol/role.ts';
import type { ServerSettings } from '../config.ts';
import { openTokens, type TokenBook, type TokenOwner } from './tokens.ts';

/** Why somebody may not enter, and the HTTP status that says so. */
export interface TurnedAway {
  reason: Refusal;
  status: number;
  error: TweezertrackError;
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '::1'];
/** Without tokens whoever can reach the loopback address is a user of this machine. */
const EVERYTHING: readonly Role[] = ['camera', 'operator'];

/** Decides who may enter: by the host name asked for, the origin of the page, and the token or pass shown. */
export class Door {
  /** Null when nobody needs a token. */
  readonly tokens: TokenBook | null;
  readonly #scheme: 'http' | 'https';
  readonly #names: ReadonlySet<string>;

  /** @throws {ConfigError} when the address can be reached by others and there are no tokens */
  constructor(settings: ServerSettings, secure: boolean, log: (text: string) => void) {
    const { host, hosts, tokens } = settings;
    const open = !isLoopback(host);
    if (open && tokens === undefined) {
      throw new ConfigError({
        where: 'server.tokens',
        expected: `a file of tokens, as others can reach ${host}`,
        received: 'none',
        remedy: 'give --tokens FILE; it is made with new tokens if there is none',
      });
    }
    this.tokens = tokens === undefined ? null : openTokens(tokens, log);
    this.#scheme = secure ? 'https' : 'http';
    this.#names = new Set(
      [...LOOPBACK_NAMES, ...(open ? [host, hostname()] : []), ...hosts].map((name) => name.toLowerCase()),
    );
    if (open && !secure) {
      log(
        `warning: ${host} without TLS: tokens, pictures and tracks can be read and changed on their way; ` +
          'give --tls-cert and --tls-key',
      );
    }
  }

  /** Whether a request may come at all; null when it may. A page of another name or origin never may. */
  checkPage({ headers, socket }: IncomingMessage): TurnedAway | null {
    const host = headers.host ?? '';
    const name = hostName(host);
    // An address, unlike a name, cannot be made to lead here by whoever serves a page.
    const isOurs = this.#names.has(name) || (isIP(name) !== 0 && name === plainAddress(socket.localAddress));
    if (!isOurs) {
      return turnAway('host', 403, {
        where: 'host name',
        expected: `one of ${[...this.#names].join(', ')}`,
        received: `'${host}'`,
        remedy: 'add the name to server.hosts',
      });
    }
    const { origin } = headers;
    if (origin === undefined || origin.toLowerCase() === `${this.#scheme}://${host.toLowerCase()}`)
      return null;
    return turnAway('origin', 403, {
      where: 'origin',
      expected: `a page of ${this.#scheme}://${host}`,
      received: `'${origin}'`,
    });
  }

  /** What the peer may do, by its token or pass. */
  rolesOf(request: IncomingMessage, passName: string): readonly Role[] | TurnedAway {
    if (this.tokens === null) return EVERYTHING;
    const owner = this.#ownerOf(request, passName);
    if (owner) return [owner.role];
    if (request.headers.authorization !== undefined) return needsToken('bad-token', 'another');
    const hasPass = cookie(request.headers.cookie, passName) !== undefined;
    return needsToken('no-token', hasPass ? 'a sign-in that has ended' : 'none');
  }

  /** Whom the file of tokens says the peer is; empty where it does not. */
  nameOf(request: IncomingMessage, passName: string): string {
    return this.#ownerOf(request, passName)?.name ?? '';
  }

  #ownerOf({ headers }: IncomingMessage, passName: string): TokenOwner | null {
    const { authorization } = headers;
    if (authorization !== undefined) {
      return this.tokens?.ownerOf(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '') ?? null;
    }
    const pass = cookie(headers.cookie, passName);
    return pass === undefined ? null : (this.tokens?.ownerOfPass(pass, Date.now() / 1000) ?? null);
  }
}

/** Whether only programs of this machine can reach an address. */
function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(host.toLowerCase()) || /^127(\.\d{1,3}){3}$/.test(host);
}

function needsToken(reason: Refusal, received: string): TurnedAway {
  return turnAway(reason, 401, {
    where: 'token',
    expected: 'one of the tokens of this tracker',
    received,
    remedy: 'sign in, or send it as Authorization: Bearer',
  });
}

function turnAway(
  reason: Refusal,
  status: number,
  complaint: ConstructorParameters<typeof AccessError>[0],
): TurnedAway {
  return { reason, status, error: new AccessError(complaint) };
}

/** `Example.org:8321` and `[::1]:8321` without port and brackets. */
function hostName(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/** An IPv4 address that came over IPv6 as itself. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '').toLowerCase();
}

function cookie(header: string | undefined, name: string): string | undefined {
  const found = header?.split(/; */).find((part) => part.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}
