import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { openCalciumFolder } from './calcium-folder.ts';
import { isBuilt, judgeCalciumCase } from './calcium-judge.ts';
import { hasGolden } from './golden-folder.ts';

const SETS = ['calcium', 'upstream_calcium'];

describe.each(SETS)('reference results of calcium numerics: %s (skips without ../shared)', (set) => {
  const path = fileURLToPath(new URL(`../../../shared/data/golden/${set}`, import.meta.url));
  if (!hasGolden(path)) {
    test.skip('../shared is absent', () => {});
    return;
  }
  const folder = openCalciumFolder(path);
  const ran = { passed: 0, failed: 0, notBuilt: 0 };
  afterAll(() => {
    const { passed, failed } = ran;
    const notBuilt = folder.cases.filter((golden) => !isBuilt(golden)).length;
    console.log(
      `golden: ${passed + failed} of ${folder.cases.length} ${set} cases ran, ${notBuilt} are not built`,
    );
  });

  for (const golden of folder.cases) {
    const title = `${golden.kind}: ${golden.case}`;
    test.skipIf(!isBuilt(golden))(isBuilt(golden) ? title : `${title} (not built)`, async () => {
      const { outcome, lines } = await judgeCalciumCase(folder, golden);
      ran[outcome]++;
      expect(outcome, lines.join('\n')).toBe('passed');
    });
  }
});
