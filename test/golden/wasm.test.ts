import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { hasGolden, openGoldenFolder } from './golden-folder.ts';
import { runCase } from './run-cases.ts';
import { openWasmGoldenEngine } from './wasm-golden-engine.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/golden/magtrack', import.meta.url));
const title = "MagTrack's reference results in the wasm kernel";

describe.skipIf(!hasGolden(FOLDER))(
  hasGolden(FOLDER) ? title : `${title} (skips without ../shared)`,
  async () => {
    if (!hasGolden(FOLDER)) return;
    const folder = openGoldenFolder(FOLDER);
    const engine = await openWasmGoldenEngine();
    const ran = { passed: 0, failed: 0, skipped: 0 };
    afterAll(async () => {
      await engine.close();
      const { passed, failed, skipped } = ran;
      const all = folder.cases.length;
      console.log(`golden: ${passed + failed} of ${all} cases ran on wasm, ${skipped} have no kernel`);
    });

    test.each(folder.cases.map((golden) => [golden.function, golden.name, golden] as const))(
      '%s: %s',
      async (_function, _name, golden) => {
        const { outcome, lines } = await runCase(folder, golden, engine);
        ran[outcome]++;
        expect(outcome, lines.join('\n')).not.toBe('failed');
      },
    );
  },
);
