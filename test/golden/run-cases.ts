import { GOLDEN_FUNCTIONS, type GoldenEngine } from './golden-engine.ts';
import { callOf, type GoldenCase, type GoldenFolder } from './golden-folder.ts';
import { judgeCase, type Verdict } from './judge-answer.ts';

interface Counts {
  cases: number;
  passed: number;
  failed: number;
  skipped: number;
}

/** How an engine fared, as the runner's last line says it. */
export interface GoldenSummary extends Counts {
  engine: string;
  byFunction: Record<string, Counts>;
}

/** Judges one case; one of a function that is not known, or whose files cannot be read, failed. */
export async function runCase(
  folder: GoldenFolder,
  golden: GoldenCase,
  engine: GoldenEngine,
): Promise<Verdict> {
  if (!(GOLDEN_FUNCTIONS as readonly string[]).includes(golden.function)) {
    return { outcome: 'failed', lines: [`unknown function ${golden.function}`] };
  }
  try {
    return await judgeCase(folder, golden, callOf(folder, golden), engine);
  } catch (error) {
    return { outcome: 'failed', lines: [error instanceof Error ? error.message : String(error)] };
  }
}

/** Judges every case of a folder and counts. */
export async function runCases(
  folder: GoldenFolder,
  engine: GoldenEngine,
  report: (golden: GoldenCase, verdict: Verdict) => void,
): Promise<GoldenSummary> {
  const none = (): Counts => ({ cases: 0, passed: 0, failed: 0, skipped: 0 });
  const summary: GoldenSummary = { engine: engine.name, ...none(), byFunction: {} };
  for (const golden of folder.cases) {
    const verdict = await runCase(folder, golden, engine);
    report(golden, verdict);
    summary.byFunction[golden.function] ??= none();
    for (const counts of [summary, summary.byFunction[golden.function]!]) {
      counts.cases++;
      counts[verdict.outcome]++;
    }
  }
  return summary;
}
