import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CALCIUM_STAGES } from '#calcium-stages/index.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { calciumConfig } from '#tracker/commands/live-options.ts';
import { defaultConfig } from '#tracker/config.ts';
import { runCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

test('the stages of cells are described with their parameters, all or one', async () => {
  const [all, one] = await Promise.all([
    runCommand('describe', 'calcium'),
    runCommand('describe', 'running-baseline'),
  ]);
  for (const { name, title } of CALCIUM_STAGES) expect(all.stdout).toContain(`${name}: ${title}\n`);
  expect(all.stdout).toContain(one.stdout.trimEnd());
  expect(one.stdout).toMatch(/^running-baseline: .*\n {2}reads counts; writes baseline\n/);
  expect(one.stdout).toContain('  windowS = 60 s  ');
});

test('the settings of cells are described with their defaults', async () => {
  const { stdout } = await runCommand('describe', 'config');
  const section = stdout.slice(stdout.indexOf('[calcium]'));
  for (const line of [
    'enabled = false  # ',
    '# cells = ',
    'neuropilWidth = 0  # px',
    '# fps = ',
    'mostWaiting = 16  # ',
  ]) {
    expect(section).toContain(`\n${line}`);
  }
});

test('cells on the command line turn calcium on; nothing said leaves it as the file has it', () => {
  const config = defaultConfig();
  expect(calciumConfig(config, {}).calcium).toEqual(config.calcium);
  expect(calciumConfig(config, { calcium: true }).calcium).toEqual({ ...config.calcium, enabled: true });
  expect(calciumConfig(config, { cells: 'a.npy' }).calcium).toEqual({
    ...config.calcium,
    ...{ enabled: true, cells: 'a.npy' },
  });
});

test.each([
  ['is not there', 'none.npy', 'ENOENT'],
  ['holds fractions', 'fractions.npy', 'received 0.5 at row 0, column 1'],
])('serve refuses a file of cells that %s, before it listens', async (_, file, words) => {
  const path = join(folder, file);
  if (file === 'fractions.npy') writeFileSync(path, encodeNpy(Float64Array.of(1, 0.5), [1, 2]));
  const { code, stdout, stderr } = await runCommand('serve', '--port', '0', '--no-record', '--cells', path);
  expect(code).toBe(1);
  expect(stderr).toContain(`E_CONFIG cells ${path}: expected numbers of cells from 1 to 65535`);
  expect(stderr).toContain(words);
  expect(stdout).not.toContain('cameras:');
});
