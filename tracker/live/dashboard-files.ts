import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the built dashboard lies: in the package it always does, in a fresh checkout not yet. */
export const DASHBOARD_FOLDER = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));

const VITE_CONFIG = fileURLToPath(new URL('../../dashboard/vite.config.ts', import.meta.url));

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

export interface DashboardFile {
  bytes: Buffer;
  contentType: string;
  etag: string;
}

/**
 * The files of a folder by path (`/assets/index.js`; `/` is `/index.html`), read once.
 *
 * A request is only ever looked up among them, so that no path leads out of the folder, and a dashboard built anew
 * while the tracker runs takes nothing away from pages that are open.
 */
export function readDashboard(folder: string): ReadonlyMap<string, DashboardFile> {
  const files = new Map<string, DashboardFile>();
  if (!existsSync(folder)) return files;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    const contentType = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    files.set(`/${name.split(sep).join('/')}`, { bytes, contentType, etag });
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}

/** Builds the dashboard if it is not there. The tracker can do without: it says so and goes on. */
export async function ensureDashboard(log: (text: string) => void): Promise<void> {
  if (existsSync(DASHBOARD_FOLDER)) return;
  try {
    const { build } = await import('vite');
    log('building the dashboard');
    await build({ configFile: VITE_CONFIG, logLevel: 'error' });
  } catch (error) {
    log(`warning: no dashboard (${(error as Error).message}); run: npm run build`);
  }
}
