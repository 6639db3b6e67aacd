import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '#protocol/errors.ts';
import type { ServerSettings } from '../config.ts';

export interface TlsFiles {
  cert: Buffer;
  key: Buffer;
}

/**
 * The certificate and key of the settings, or null when they name none.
 * @throws {ConfigError} when one is missing, cannot be read, or does not fit the other
 */
export function readTls({ tlsCert, tlsKey }: ServerSettings): TlsFiles | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new ConfigError({
      where: tlsCert === undefined ? 'server.tlsCert' : 'server.tlsKey',
      expected: 'a PEM file, as both a certificate and its key are needed',
      received: 'none',
      remedy: 'give both --tls-cert and --tls-key',
    });
  }
  try {
    const files = { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) };
    createSecureContext(files);
    return files;
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      { where: `${tlsCert}, ${tlsKey}`, expected: 'a PEM certificate and its private key', received },
      cause,
    );
  }
}
