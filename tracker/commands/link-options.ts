import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { cameraPath, isCameraName, urlBelow } from '#protocol/camera-name.ts';
import { ConfigError } from '#protocol/errors.ts';

/** Reads the address of the tracker from the standard input. */
export const FROM_INPUT = '-';

/** How a camera reaches its tracker. */
export interface LinkOptions {
  to: string;
  as?: string;
  tokenFile?: string;
  ca?: string;
}

/** Where the token may be given besides a file; a command line can be read by every user of the machine. */
const TOKEN_VARIABLE = 'TWEEZERTRACK_TOKEN';

/** Adds them to a command. */
export function withLinkOptions(command: Command): Command {
  return command
    .option(
      '--to <url>',
      'the tracker, ws:// or wss://; - reads it from a line of input',
      'ws://127.0.0.1:8321',
    )
    .option('--as <name>', 'one of the cameras that the settings of the tracker name')
    .option('--token-file <file>', `file with the token of a camera; default: $${TOKEN_VARIABLE}`)
    .option('--ca <file>', "PEM file of the authority that signed the tracker's certificate, or of itself");
}

/**
 * Where the tracker of the camera is.
 * @throws {ConfigError} for a name that no camera has, or when the input ends without saying
 */
export async function trackerUrl({ to, as }: LinkOptions, input: NodeJS.ReadableStream): Promise<string> {
  if (as !== undefined && !isCameraName(as)) {
    const expected = 'a name of small letters, digits and hyphens';
    throw new ConfigError({ where: '--as', expected, received: `'${as}'` });
  }
  const below = (base: string) => (as === undefined ? base : urlBelow(base, cameraPath(as)).href);
  if (to !== FROM_INPUT) return below(to);
  for await (const line of createInterface({ input })) return below(line.trim());
  throw new ConfigError({
    where: '--to -',
    expected: 'a line with the address',
    received: 'the end of input',
  });
}

/**
 * The token and the trusted certificate, if any.
 * @throws {ConfigError} when a file cannot be read
 */
export function linkAccess({ tokenFile, ca }: Omit<LinkOptions, 'to' | 'as'>): {
  token?: string;
  ca?: string;
} {
  const token =
    tokenFile === undefined ? process.env[TOKEN_VARIABLE] : read('--token-file', tokenFile).trim();
  return { ...(token && { token }), ...(ca !== undefined && { ca: read('--ca', ca) }) };
}

function read(where: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError({ where, expected: 'a readable file', received: String(cause) }, cause);
  }
}
