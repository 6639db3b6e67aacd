import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { ConfigError } from '#protocol/errors.ts';
import { ROLES, type Role } from '#protocol/role.ts';

/** 16 characters of base64 are 96 bits: more than anybody can try. */
const MIN_TOKEN_LENGTH = 16;
const MAX_TOKENS = 64;

const token = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_~.+/=-]{${MIN_TOKEN_LENGTH},200}$`),
    `expected ${MIN_TOKEN_LENGTH} to 200 letters, digits or -._~+/=`,
  );
const tokens = z.union([z.array(token), token.transform((one) => [one])]).default([]);
const schema = z.strictObject({ camera: tokens, operator: tokens, viewer: tokens });

/**
 * The tokens of a tracker: who shows one has its role.
 *
 * Only hashes are kept, and every check looks at all of them, so that its time says nothing of how near a guess was.
 */
export class TokenBook {
  readonly #entries: { role: Role; hash: Buffer }[] = [];

  constructor(byRole: Record<Role, readonly string[]>) {
    for (const role of Object.keys(ROLES) as Role[]) {
      for (const text of byRole[role]) this.#entries.push({ role, hash: hashOf(text) });
    }
  }

  /** Role of a token; null when it is none of these. */
  roleOf(text: string): Role | null {
    const hash = hashOf(text);
    return this.#roleWhere((known) => timingSafeEqual(known, hash));
  }

  /** What a browser shows instead of its token until `endsS`, s since 1970; null when the token is none of these. */
  passFor(text: string, endsS: number): string | null {
    return this.roleOf(text) === null ? null : `${endsS}.${seal(hashOf(text), endsS).toString('base64url')}`;
  }

  /** Role of a pass at a time, s since 1970; null when it has ended or its token was taken away. */
  roleOfPass(pass: string, nowS: number): Role | null {
    const match = /^([1-9]\d{0,11})\.([\w-]{43})$/.exec(pass);
    if (!match || Number(match[1]) < nowS) return null;
    const shown = Buffer.from(match[2]!, 'base64url');
    return this.#roleWhere((known) => timingSafeEqual(seal(known, Number(match[1])), shown));
  }

  #roleWhere(fits: (hash: Buffer) => boolean): Role | null {
    let found: Role | null = null;
    for (const { role, hash } of this.#entries) if (fits(hash)) found = role;
    return found;
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function seal(hash: Buffer, endsS: number): Buffer {
  return createHmac('sha256', hash).update(`tweezertrack pass until ${endsS}`).digest();
}

/**
 * Reads a file of tokens, `camera = "..."`, `operator = ["...", "..."]`, `viewer = "..."`.
 * When there is none it is made, for its owner's eyes only, with a new token for each role.
 * @throws {ConfigError} naming the file and the role, never a token
 */
export function openTokens(path: string, log: (text: string) => void): TokenBook {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    // Windows has no such bits.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      log(`warning: ${path} can be read by other users; run: chmod 600 ${path}`);
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) {
      throw unreadable(path, cause);
    }
    text = newTokens();
    try {
      writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
    } catch (failed) {
      throw unreadable(path, failed);
    }
    log(`wrote new tokens (${Object.keys(ROLES).join(', ')}) to ${path}`);
  }
  return parseTokens(path, text);
}

function parseTokens(path: string, text: string): TokenBook {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch {
    // The parser's words quote the line, and a line holds a token.
    throw new ConfigError({
      where: path,
      expected: 'a TOML file of tokens',
      received: 'another kind of text',
    });
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const { path: key } = parsed.error.issues[0]!;
    throw new ConfigError({
      where: key.length === 0 ? path : `${path}: ${key.join('.')}`,
      expected: `camera, operator and viewer with tokens of ${MIN_TOKEN_LENGTH} to 200 letters, digits or -._~+/=`,
      received: 'something else',
      remedy: 'give another name to have a file with new tokens made',
    });
  }
  const all = Object.values(parsed.data).flat();
  if (all.length === 0 || all.length > MAX_TOKENS || new Set(all).size < all.length) {
    throw new ConfigError({
      where: path,
      expected: `1 to ${MAX_TOKENS} tokens, each once`,
      received: `${all.length}, ${new Set(all).size} of them different`,
    });
  }
  return new TokenBook(parsed.data);
}

function newTokens(): string {
  const lines = Object.entries(ROLES).map(
    ([role, may]) => `# ${may}\n${role} = "${randomBytes(24).toString('base64url')}"\n`,
  );
  return lines.join('\n');
}

function unreadable(path: string, cause: unknown): ConfigError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError({ where: path, expected: 'a file of tokens, or a place for one', received }, cause);
}
