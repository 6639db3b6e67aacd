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
/** Names are shown to people, in one line. */
const ownerName = z.string().regex(/^[^\p{C}]{1,80}$/u);
const nameless = (texts: readonly string[]): Owned[] => texts.map((text) => ({ text, name: '' }));
const tokens = z
  .union([
    z.array(token).transform(nameless),
    token.transform((one) => nameless([one])),
    z
      .record(ownerName, token)
      .transform((named): Owned[] => Object.entries(named).map(([name, text]) => ({ text, name }))),
  ])
  .default([]);
const schema = z.strictObject({ camera: tokens, operator: tokens, viewer: tokens });

/** A token and whose it is; nobody's by name when that is empty. */
interface Owned {
  text: string;
  name: string;
}

/** Whom a token makes of who shows it. */
export interface TokenOwner {
  role: Role;
  /** Empty where the file gives none. */
  name: string;
}

/**
 * The tokens of a tracker: who shows one has its role.
 *
 * Only hashes are kept, and every check looks at all of them, so that its time says nothing of how near a guess was.
 */
export class TokenBook {
  readonly #entries: (TokenOwner & { hash: Buffer })[] = [];

  constructor(byRole: Record<Role, readonly Owned[]>) {
    for (const role of Object.keys(ROLES) as Role[]) {
      for (const { text, name } of byRole[role]) this.#entries.push({ role, name, hash: hashOf(text) });
    }
  }

  /** Whose token it is; null when it is none of these. */
  ownerOf(text: string): TokenOwner | null {
    const hash = hashOf(text);
    return this.#ownerWhere((known) => timingSafeEqual(known, hash));
  }

  /** What a browser shows instead of its token until `endsS`, s since 1970; null when the token is none of these. */
  passFor(text: string, endsS: number): string | null {
    return this.ownerOf(text) === null ? null : `${endsS}.${seal(hashOf(text), endsS).toString('base64url')}`;
  }

  /** Whose pass it is at a time, s since 1970; null when it has ended or its token was taken away. */
  ownerOfPass(pass: string, nowS: number): TokenOwner | null {
    const match = /^([1-9]\d{0,11})\.([\w-]{43})$/.exec(pass);
    if (!match || Number(match[1]) < nowS) return null;
    const shown = Buffer.from(match[2]!, 'base64url');
    return this.#ownerWhere((known) => timingSafeEqual(seal(known, Number(match[1])), shown));
  }

  #ownerWhere(fits: (hash: Buffer) => boolean): TokenOwner | null {
    let found: TokenOwner | null = null;
    for (const { role, name, hash } of this.#entries) if (fits(hash)) found = { role, name };
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
 * Reads a file of tokens, `camera = "..."`, `operator = ["...", "..."]`, `viewer = "..."`; or, with the names of those
 * they were given to, `operator.Anna = "..."`, `operator."Bob B." = "..."`.
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
    // Of a role alone: what stands in place of a name may be a token.
    const [role] = parsed.error.issues[0]!.path;
    throw new ConfigError({
      where: role === undefined ? path : `${path}: ${String(role)}`,
      expected: `camera, operator and viewer, or role.NAME, with tokens of ${MIN_TOKEN_LENGTH} to 200 letters, digits or -._~+/=`,
      received: 'something else',
      remedy: 'give another name to have a file with new tokens made',
    });
  }
  const all = Object.values(parsed.data)
    .flat()
    .map(({ text }) => text);
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
  const hint = '# Several people of a role, each with a token and a name: operator.Anna = "..."';
  return [...lines, `${hint}\n`].join('\n');
}

function unreadable(path: string, cause: unknown): ConfigError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError({ where: path, expected: 'a file of tokens, or a place for one', received }, cause);
}
