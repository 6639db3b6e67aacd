import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ARCHIVES = join(ROOT, 'node_modules/@sparticuz/chromium/bin');
const CACHE = join(ROOT, '.cache');

/** Why the browser of the tests cannot run here; null where it can. */
export function browserSkipReason(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the browser of the tests comes for linux-x64 only, this is ${process.platform}-${process.arch}`;
  }
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (!header.glibcVersionRuntime) return 'the browser of the tests needs glibc';
  return existsSync(ARCHIVES) ? null : '@sparticuz/chromium, which carries the browser, is not installed';
}

/** Starts headless Chromium with the libraries and the font of its package, so that all machines draw alike. */
export async function launchBrowser(): Promise<Browser> {
  const folder = join(CACHE, 'chromium');
  if (!existsSync(folder)) await unpack(folder);
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    // Containers seldom grant what the sandbox needs, and the pages are our own.
    args: ['--no-sandbox', '--font-render-hinting=none'],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      // In the C locale this Chromium speaks `en-US@posix`, which Intl and so uPlot refuse.
      LC_ALL: 'en_US.UTF-8',
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  });
}

/** Unpacks into a folder of its own first: other test processes may be doing the same. */
async function unpack(folder: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, 'chromium-'));
  const archives = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'].map((name) => join(ARCHIVES, name));
  await Promise.all(inflateInto(fresh, archives));
  writeFileSync(
    join(fresh, 'fonts.conf'),
    `<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>\n`,
  );
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** `inflate` writes beneath the temporary folder, which it looks up when it is called. */
function inflateInto(folder: string, archives: string[]): Promise<string>[] {
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    return archives.map((archive) => inflate(archive));
  } finally {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
  }
}
