import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineHost } from '#engines/engine-host.ts';
import { selfTest } from '#engines/self-test.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { startWasmHost } from '#engines/wasm/wasm-host.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';

const noGpu = gpuSkipReason();

describe('self-test', () => {
  let reference: EngineHost;
  beforeAll(async () => {
    reference = await startThreadHost('reference');
  });
  afterAll(() => reference.close());

  test.skipIf(noGpu).each(PRESET_NAMES)(
    `the GPU agrees with the reference on the preset %s${noGpu ? ` (${noGpu})` : ''}`,
    async (preset) => {
      const gpu = await startThreadHost('gpu');
      expect(await selfTest(gpu, presetPlan(preset))).toBeNull();
      await gpu.close();
    },
  );

  test.each(PRESET_NAMES)('wasm agrees with the reference on the preset %s', async (preset) => {
    const wasm = await startWasmHost({ threads: 2 });
    expect(await selfTest(wasm, presetPlan(preset))).toBeNull();
    await wasm.close();
  });

  test('an engine that is off by 0.01 px is named with bead, expected and received', async () => {
    const wrong: EngineHost = {
      ...reference,
      track: async (...batch) => {
        const table = await reference.track(...batch);
        table.yPx[1]! += 0.01;
        return table;
      },
    };
    expect(await selfTest(wrong)).toMatch(/^yPx of bead 1: expected \d+\.\d+, received \d+\.\d+$/);
  });

  test('an engine that loses a bead the reference finds does not agree', async () => {
    const wrong: EngineHost = {
      ...reference,
      track: async (...batch) => {
        const table = await reference.track(...batch);
        table.zNm[0] = Number.NaN;
        return table;
      },
    };
    expect(await selfTest(wrong)).toContain('zNm of bead 0');
  });
});
