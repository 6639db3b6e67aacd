import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileKernel } from '#engines/wasm/build.ts';
import { createKernelMemory, KERNEL_BYTES } from '#engines/wasm/kernel.ts';
import { STAGES } from '#stages/index.ts';

const ENGINES = new URL('../../../tracker/engines/wasm/', import.meta.url);
const MODULE = readFileSync(new URL('kernel.wasm', ENGINES));

test('kernel.wasm is what `npm run build:kernel` makes of the texts', { timeout: 60_000 }, async () => {
  const built = await compileKernel();
  expect(Buffer.compare(built, MODULE)).toBe(0);
});

test('every stage has a text for the kernel', () => {
  const lacking = STAGES.filter(({ name }) => !existsSync(new URL(`../../stages/${name}.as.ts`, ENGINES)));
  expect(lacking).toEqual([]);
});

test('the kernel keeps below the addresses that are its own', () => {
  const env = { memory: createKernelMemory() };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MODULE), { env });
  expect((exports.freeFrom as () => number)()).toBeLessThanOrEqual(KERNEL_BYTES);
});
