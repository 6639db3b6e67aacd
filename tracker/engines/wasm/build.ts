import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { STAGES } from '#stages/index.ts';
import { SKIPPED_RADII } from '#stages/pearson.ts';
import { WINDOW_SHARE } from '#stages/self-convolution.ts';
import { compileAssemblyScript } from '../../assembly-script.ts';
import { MAX_MEMORY_PAGES } from './kernel.ts';
import { stageNumber } from './programs.ts';
import { KERNEL_WORDS, parameterNames } from './words.ts';

const STAGES_FOLDER = resolve(import.meta.dirname, '../../stages');
const MODULE = join(import.meta.dirname, 'kernel.wasm');

/** Texts that are derived from what the host knows, by file name; every other text is a file. */
const DERIVED: Readonly<Record<string, () => string>> = {
  'constants.as.ts': constantsText,
  'kernel-stages.as.ts': stagesText,
};

/**
 * Compiles the AssemblyScript of the stages and the kernel.
 * @returns the same bytes for the same texts
 * @throws {Error} with the compiler's messages
 */
export function compileKernel(): Promise<Uint8Array> {
  return compileAssemblyScript('tracker/engines/wasm/kernel.as.ts', {
    baseDir: resolve(import.meta.dirname, '../../..'),
    flags: [
      ...['--enable=bulk-memory', '--enable=threads'],
      ...['--sharedMemory', `--maximumMemory=${MAX_MEMORY_PAGES}`],
    ],
    derived: DERIVED,
  });
}

/** Offsets of every word of the host's records and of every parameter, and the numbers that all stages share. */
function constantsText(): string {
  const offsets = STAGES.flatMap((stage) =>
    parameterNames(stage.constants(stage.params.parse({}), 64)).map((name, index): [string, number] => [
      name,
      8 * index,
    ]),
  );
  const usize = [...Object.entries(KERNEL_WORDS), ...offsets];
  return [
    ...usize.map(([name, value]) => `export const ${name}: usize = ${value};`),
    `export const skippedRadii: i32 = ${SKIPPED_RADII};`,
    `export const windowShare: f64 = ${WINDOW_SHARE};`,
  ].join('\n');
}

/** One call for every stage that has a text. */
function stagesText(): string {
  const names = STAGES.map(({ name }) => name).filter((name) =>
    existsSync(join(STAGES_FOLDER, `${name}.as.ts`)),
  );
  return [
    ...names.map((name) => `import { ${camelCase(name)} } from './${name}.as';`),
    'export function runStage(stage: i32, params: usize, tables: usize): void {',
    ...names.map((name) => `  if (stage == ${stageNumber(name)}) return ${camelCase(name)}(params, tables);`),
    '  unreachable();',
    '}',
  ].join('\n');
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const bytes = await compileKernel();
  writeFileSync(MODULE, bytes);
  console.log(`${join(basename(dirname(MODULE)), basename(MODULE))}: ${bytes.length} bytes`);
}
