import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePixelKernel } from '#calcium/build-pixel-kernel.ts';
import { PIXEL_KERNEL_BYTES } from '#calcium/pixel-kernel.ts';

const MODULE = readFileSync(new URL('../../tracker/calcium/pixel-kernel.wasm', import.meta.url));

test('pixel-kernel.wasm is what `npm run build:kernel` makes of its text', { timeout: 60_000 }, async () => {
  expect(Buffer.compare(await compilePixelKernel(), MODULE)).toBe(0);
});

test('the kernel keeps below the addresses that are its own', () => {
  const env = { memory: new WebAssembly.Memory({ initial: 1 }) };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MODULE), { env });
  expect((exports.freeFrom as () => number)()).toBeLessThanOrEqual(PIXEL_KERNEL_BYTES);
});
