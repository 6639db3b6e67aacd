import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

const MODULE = join(import.meta.dirname, 'pixel-kernel.wasm');

/**
 * Compiles the AssemblyScript of the sums of pixels.
 * @returns the same bytes for the same text
 * @throws {Error} with the compiler's messages
 */
export async function compilePixelKernel(): Promise<Uint8Array> {
  let compiled: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    [
      ...['pixel-kernel.as.ts', '--outFile=pixel-kernel.wasm', `--baseDir=${import.meta.dirname}`],
      ...['--enable=simd', '-O3', '--noAssert', '--runtime=stub', '--importMemory', '--initialMemory=1'],
    ],
    {
      readFile: (name, baseDir) => {
        const path = join(baseDir, name);
        return existsSync(path) ? readFileSync(path, 'utf8') : null;
      },
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') compiled = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !compiled) throw new Error(`pixel-kernel.as.ts does not compile:\n${stderr.toString()}`);
  return compiled;
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const bytes = await compilePixelKernel();
  writeFileSync(MODULE, bytes);
  console.log(`calcium/pixel-kernel.wasm: ${bytes.length} bytes`);
}
