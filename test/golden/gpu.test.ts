import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import type { GoldenEngine } from './golden-engine.ts';
import { hasGolden, openGoldenFolder } from './golden-folder.ts';
import { openGpuGoldenEngine } from './gpu-golden-engine.ts';
import { runCase } from './run-cases.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/golden/magtrack', import.meta.url));
const skipReason = hasGolden(FOLDER) ? gpuSkipReason() : '../shared is absent';
const title = "MagTrack's reference results in float32 on the GPU";

describe.skipIf(skipReason)(skipReason ? `${title} (skipped: ${skipReason})` : title, () => {
  const folder = hasGolden(FOLDER) ? openGoldenFolder(FOLDER) : null;
  const cases = folder?.cases ?? [];
  let engine: GoldenEngine;
  const ran = { passed: 0, failed: 0, skipped: 0 };
  beforeAll(async () => {
    engine = await openGpuGoldenEngine();
  });
  afterAll(async () => {
    await engine.close();
    const { passed, failed, skipped } = ran;
    console.log(`golden: ${passed + failed} of ${cases.length} cases ran on gpu, ${skipped} have no kernel`);
  });

  test.each(cases.map((golden) => [golden.function, golden.name, golden] as const))(
    '%s: %s',
    async (_function, _name, golden) => {
      const { outcome, lines } = await runCase(folder!, golden, engine);
      ran[outcome]++;
      expect(outcome, lines.join('\n')).not.toBe('failed');
    },
  );
});
