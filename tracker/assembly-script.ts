import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import asc from 'assemblyscript/asc';

interface AssemblyScriptOptions {
  /** Folder that paths are below. */
  baseDir: string;
  /** What the memory is like, and which instructions may be used. */
  flags: readonly string[];
  /** Texts that are made, by file name; every other text is a file. */
  derived?: Readonly<Record<string, () => string>>;
}

/**
 * Compiles AssemblyScript to WebAssembly whose memory the host gives.
 * @param entry path of the first text
 * @returns the same bytes for the same texts
 * @throws {Error} with the compiler's messages
 */
export async function compileAssemblyScript(
  entry: string,
  { baseDir, flags, derived = {} }: AssemblyScriptOptions,
): Promise<Uint8Array> {
  let compiled: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    [
      ...[entry, `--outFile=${basename(entry, '.as.ts')}.wasm`, `--baseDir=${baseDir}`, ...flags],
      ...['--enable=simd', '-O3', '--noAssert', '--runtime=stub', '--importMemory', '--initialMemory=1'],
    ],
    {
      readFile: (name) => {
        const text = derived[basename(name)];
        if (text) return text();
        const path = join(baseDir, name);
        return existsSync(path) ? readFileSync(path, 'utf8') : null;
      },
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') compiled = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !compiled) throw new Error(`${basename(entry)} does not compile:\n${stderr.toString()}`);
  return compiled;
}
