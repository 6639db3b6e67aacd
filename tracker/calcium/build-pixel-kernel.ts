import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileAssemblyScript } from '../assembly-script.ts';

const MODULE = join(import.meta.dirname, 'pixel-kernel.wasm');

/**
 * Compiles the AssemblyScript of the sums of pixels.
 * @returns the same bytes for the same text
 * @throws {Error} with the compiler's messages
 */
export function compilePixelKernel(): Promise<Uint8Array> {
  return compileAssemblyScript('pixel-kernel.as.ts', { baseDir: import.meta.dirname, flags: [] });
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const bytes = await compilePixelKernel();
  writeFileSync(MODULE, bytes);
  console.log(`calcium/pixel-kernel.wasm: ${bytes.length} bytes`);
}
