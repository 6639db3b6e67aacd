import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { gpuTestEnv } from '../support/gpu-adapter.ts';
import { isCalciumFolder, openCalciumFolder } from './calcium-folder.ts';
import type { OpenGoldenEngine } from './golden-engine.ts';
import { openGoldenFolder } from './golden-folder.ts';
import { openGpuGoldenEngine } from './gpu-golden-engine.ts';
import { openReferenceGoldenEngine } from './reference-golden-engine.ts';
import { runBruker } from './run-bruker.ts';
import { runCalciumCases } from './run-calcium.ts';
import { runCases } from './run-cases.ts';
import { openWasmGoldenEngine } from './wasm-golden-engine.ts';

const ENGINES: Record<string, OpenGoldenEngine> = {
  reference: openReferenceGoldenEngine,
  wasm: openWasmGoldenEngine,
  gpu: openGpuGoldenEngine,
};

const USAGE = `npm run -s golden -- FOLDER [--engine ${Object.keys(ENGINES).join('|')}]...`;

/** Runs the cases of a folder on every engine asked for; true when none failed. */
async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { engine: { type: 'string', multiple: true, default: ['reference'] } },
  });
  const [path] = positionals;
  const unknown = values.engine.find((name) => !ENGINES[name]);
  if (path === undefined || positionals.length > 1 || unknown !== undefined) {
    throw new Error(`usage: ${USAGE}${unknown === undefined ? '' : `; no engine '${unknown}'`}`);
  }
  if (isCalciumFolder(path)) return runCalcium(path);
  const brukerPassed = await runBruker(path);
  if (brukerPassed !== null) return brukerPassed;
  const folder = openGoldenFolder(path);
  const env = gpuTestEnv();
  const findsGpu = Object.entries(env).every(([name, value]) => process.env[name] === value);
  if (values.engine.includes('gpu') && !findsGpu) return runAgain(env);
  let allPassed = true;
  for (const name of new Set(values.engine)) {
    const engine = await ENGINES[name]!();
    const skipped = new Map<string, number>();
    const summary = await runCases(folder, engine, (golden, { outcome, lines }) => {
      if (outcome === 'failed') {
        console.log([`FAILED ${engine.name} ${golden.function} ${golden.name}`, ...lines].join('\n  '));
      } else if (outcome === 'passed' && lines.length > 0) {
        console.log(`better ${engine.name} ${golden.function} ${golden.name}: ${lines.join('; ')}`);
      } else if (outcome === 'skipped') {
        const reason = `${golden.function}: ${lines.join('; ')}`;
        skipped.set(reason, 1 + (skipped.get(reason) ?? 0));
      }
    }).finally(() => engine.close());
    for (const [reason, cases] of skipped) console.log(`skipped ${engine.name} ${reason} (${cases} cases)`);
    console.log(JSON.stringify(summary));
    allPassed &&= summary.failed === 0;
  }
  return allPassed;
}

/** Runs the cases of a folder of calcium results; true when none failed. */
async function runCalcium(path: string): Promise<boolean> {
  const notBuilt = new Map<string, number>();
  const summary = await runCalciumCases(openCalciumFolder(path), (golden, { outcome, lines }) => {
    if (outcome === 'failed') {
      console.log([`FAILED ${golden.kind} ${golden.function} ${golden.case}`, ...lines].join('\n  '));
    } else if (outcome === 'notBuilt') {
      const what = `${golden.kind} ${golden.function}`;
      notBuilt.set(what, 1 + (notBuilt.get(what) ?? 0));
    }
  });
  for (const [what, cases] of notBuilt) console.log(`not built ${what} (${cases} cases)`);
  console.log(JSON.stringify(summary));
  return summary.failed === 0;
}

/** Runs this program in a process of its own: the environment says where a GPU is found when a process starts. */
function runAgain(env: Record<string, string>): boolean {
  const args = [...process.execArgv, ...process.argv.slice(1)];
  return (
    spawnSync(process.execPath, args, { env: { ...process.env, ...env }, stdio: 'inherit' }).status === 0
  );
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
