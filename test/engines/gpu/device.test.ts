import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openGpu } from '#engines/gpu/device.ts';
import { DeviceError } from '#protocol/errors.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';

const skipReason = gpuSkipReason();

describe.skipIf(skipReason)(`a GPU of this machine${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  test('names its adapter and whether it is software', async () => {
    const gpu = await openGpu();
    expect(gpu.facts).toEqual({
      engine: 'gpu',
      device: expect.stringMatching(/\w/),
      fallback: expect.any(Boolean),
    });
    gpu.close();
  });

  test('is not opened when it is software and that is not allowed', async () => {
    const gpu = await openGpu();
    gpu.close();
    const opening = openGpu({ allowFallback: false });
    if (gpu.facts.fallback) await expect(opening).rejects.toThrow(/expected an adapter of a graphics card/);
    else (await opening).close();
  });

  test('has buffers as large as its adapter gives', async () => {
    const gpu = await openGpu();
    expect(gpu.device.limits.maxBufferSize).toBeGreaterThan(256 * 2 ** 20);
    gpu.close();
  });

  test('tells of a wrong call at the next check, and at every one after', async () => {
    const gpu = await openGpu();
    gpu.assertHealthy();
    gpu.device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await gpu.device.queue.onSubmittedWorkDone();
    expect(() => gpu.assertHealthy()).toThrow(DeviceError);
    expect(() => gpu.assertHealthy()).toThrow(DeviceError);
    gpu.close();
  });

  test('tells of its loss', async () => {
    const gpu = await openGpu();
    gpu.device.destroy();
    await gpu.device.lost;
    expect(() => gpu.assertHealthy()).toThrow(/loss of the device/);
  });
});

// An empty list of drivers hides the GPUs of the machine.
const otherSystem = process.platform === 'linux' ? '' : ' (skipped: Dawn uses Vulkan on Linux only)';
test.skipIf(otherSystem)(`without an adapter, the error says what to install${otherSystem}`, async () => {
  const script = `
    const { openGpu } = await import('#engines/gpu/device.ts');
    await openGpu().catch((error) => console.log(error.code, error.message));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { env: { ...process.env, VK_DRIVER_FILES: '/nowhere.json' }, timeout: 60_000 },
  );
  expect(stdout).toMatch(/^E_DEVICE GPU: expected a WebGPU adapter, received .*; install the Vulkan driver/);
});
