import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { hasGolden, openGoldenFolder } from './golden-folder.ts';
import { openReferenceGoldenEngine } from './reference-golden-engine.ts';
import { runCase } from './run-cases.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/golden/magtrack', import.meta.url));
const title = "MagTrack's reference results in float64";

describe.skipIf(!hasGolden(FOLDER))(
  hasGolden(FOLDER) ? title : `${title} (skips without ../shared)`,
  async () => {
    if (!hasGolden(FOLDER)) return;
    const folder = openGoldenFolder(FOLDER);
    const engine = await openReferenceGoldenEngine();
    let ran = 0;
    afterAll(() => console.log(`golden: ${ran} of ${folder.cases.length} cases ran on ${engine.name}`));

    test.each(folder.cases.map((golden) => [golden.function, golden.name, golden] as const))(
      '%s: %s',
      async (_function, _name, golden) => {
        ran++;
        const { outcome, lines } = await runCase(folder, golden, engine);
        expect(outcome, lines.join('\n')).toBe('passed');
      },
    );
  },
);
