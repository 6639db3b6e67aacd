import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EngineThread, startEngineThread } from '#engines/engine-thread.ts';
import { selfTest } from '#engines/self-test.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';

const noGpu = gpuSkipReason();

describe('self-test', () => {
  let reference: EngineThread;
  beforeAll(async () => {
    reference = await startEngineThread('reference');
  });
  afterAll(() => reference.close());

  test.skipIf(noGpu).each(PRESET_NAMES)(
    `the GPU agrees with the reference on the preset %s${noGpu ? ` (${noGpu})` : ''}`,
    async (preset) => {
      const gpu = await startEngineThread('gpu');
      expect(await selfTest(gpu, reference, presetPlan(preset))).toBeNull();
      await gpu.close();
    },
  );

  test('an engine that is off by 0.01 px is named with bead, expected and received', async () => {
    const wrong: EngineThread = {
      ...reference,
      track: async (...batch) => {
        const tracked = await reference.track(...batch);
        tracked.table.yPx[1]! += 0.01;
        return tracked;
      },
    };
    expect(await selfTest(wrong, reference)).toMatch(/^yPx of bead 1: expected \d+\.\d+, received \d+\.\d+$/);
  });

  test('an engine that loses a bead the reference finds does not agree', async () => {
    const wrong: EngineThread = {
      ...reference,
      track: async (...batch) => {
        const tracked = await reference.track(...batch);
        tracked.table.zNm[0] = Number.NaN;
        return tracked;
      },
    };
    expect(await selfTest(wrong, reference)).toContain('zNm of bead 0');
  });
});
