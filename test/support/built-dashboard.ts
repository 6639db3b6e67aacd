import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = ['dashboard', 'tracker/protocol', 'package-lock.json'];

/** Folder of the built dashboard; builds it if it is missing or older than its sources. */
export async function builtDashboard(): Promise<string> {
  const dist = join(ROOT, 'dashboard/dist');
  if (!isNew(dist)) await buildInto(dist);
  return dist;
}

function isNew(dist: string): boolean {
  const page = join(dist, 'index.html');
  const newestSourceMs = Math.max(...SOURCES.map((source) => newestChangeMs(join(ROOT, source), dist)));
  return existsSync(page) && statSync(page).mtimeMs >= newestSourceMs;
}

/** Builds beside and renames: other test processes may be serving the folder. */
async function buildInto(dist: string): Promise<void> {
  const cache = join(ROOT, '.cache');
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'dashboard-'));
  await buildAsShipped(fresh);
  // Another process was faster, and pages may be loading from its build.
  if (isNew(dist)) return rmSync(fresh, { recursive: true });
  const old = mkdtempSync(join(cache, 'dashboard-'));
  try {
    if (existsSync(dist)) renameSync(dist, join(old, 'dist'));
    renameSync(fresh, dist);
  } catch (error) {
    // Another process was faster; its build is as new.
    if (!existsSync(join(dist, 'index.html'))) throw error;
    rmSync(fresh, { recursive: true });
  }
  rmSync(old, { recursive: true });
}

/** The environment of the tests would have vite build for developers: larger, and not what people get. */
async function buildAsShipped(outDir: string): Promise<void> {
  const usual = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({ configFile: join(ROOT, 'dashboard/vite.config.ts'), logLevel: 'warn', build: { outDir } });
  } finally {
    if (usual === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = usual;
  }
}

function newestChangeMs(path: string, except: string): number {
  if (path === except) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newestChangeMs(join(path, name), except)));
}
