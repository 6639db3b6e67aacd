import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ARCHIVE = join(ROOT, 'node_modules/@sparticuz/chromium/bin/swiftshader.tar.br');
const CACHE = join(ROOT, '.cache');
/** What Dawn needs of the archive; its OpenGL libraries might be found by programs that have their own. */
const WANTED = /vulkan|swiftshader/;

/** Why SwiftShader, the software GPU of the tests, cannot run here; null where it can. */
export function swiftShaderSkipReason(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `SwiftShader comes for linux-x64 only, this is ${process.platform}-${process.arch}`;
  }
  return existsSync(ARCHIVE) ? null : '@sparticuz/chromium, which carries SwiftShader, is not installed';
}

/**
 * Environment in which Dawn finds SwiftShader and its Vulkan loader; unpacks both on first use.
 *
 * The dynamic linker reads LD_LIBRARY_PATH when a process starts, so this must be given to a new
 * process: it does nothing for the one that sets it.
 * @returns {} where `swiftShaderSkipReason` gives a reason
 */
export function swiftShaderEnv(): Record<string, string> {
  if (swiftShaderSkipReason()) return {};
  const folder = join(CACHE, 'swiftshader');
  if (!existsSync(folder)) unpack(folder);
  const libraries = process.env.LD_LIBRARY_PATH;
  const known = libraries?.split(':').includes(folder);
  return {
    VK_DRIVER_FILES: join(folder, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: known ? libraries! : [folder, libraries].filter(Boolean).join(':'),
    // Without one the Vulkan loader complains on stderr for every instance.
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? folder,
  };
}

/** Unpacks into a folder of its own first: other test runs may be doing the same. */
function unpack(folder: string): void {
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, 'swiftshader-'));
  for (const { name, bytes } of tarFiles(brotliDecompressSync(readFileSync(ARCHIVE)))) {
    if (WANTED.test(name)) writeFileSync(join(fresh, name), bytes, { mode: 0o755 });
  }
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Files of a plain ustar archive without folders. */
function* tarFiles(tar: Buffer): Generator<{ name: string; bytes: Buffer }> {
  const text = (from: number, to: number) => tar.toString('latin1', from, to).replace(/\0.*/, '');
  for (let header = 0; text(header, header + 100) !== ''; ) {
    const size = Number.parseInt(text(header + 124, header + 136), 8);
    yield { name: text(header, header + 100), bytes: tar.subarray(header + 512, header + 512 + size) };
    header += 512 + Math.ceil(size / 512) * 512;
  }
}
