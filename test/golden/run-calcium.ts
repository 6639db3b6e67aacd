import type { CalciumCase, CalciumFolder, CalciumKind } from './calcium-folder.ts';
import { type CalciumVerdict, judgeCalciumCase } from './calcium-judge.ts';

interface Counts {
  cases: number;
  passed: number;
  failed: number;
  notBuilt: number;
}

/** How the calcium functions fared, as the runner's last line says it. */
export interface CalciumSummary extends Counts {
  byKind: Partial<Record<CalciumKind, Counts>>;
  byModule: Record<string, Counts>;
}

/** Judges every case of a folder and counts. */
export async function runCalciumCases(
  folder: CalciumFolder,
  report: (golden: CalciumCase, verdict: CalciumVerdict) => void,
): Promise<CalciumSummary> {
  const none = (): Counts => ({ cases: 0, passed: 0, failed: 0, notBuilt: 0 });
  const summary: CalciumSummary = { ...none(), byKind: {}, byModule: {} };
  for (const golden of folder.cases) {
    const verdict = await judgeCalciumCase(folder, golden);
    report(golden, verdict);
    summary.byKind[golden.kind] ??= none();
    const module = moduleOf(golden);
    summary.byModule[module] ??= none();
    for (const counts of [summary, summary.byKind[golden.kind]!, summary.byModule[module]!]) {
      counts.cases++;
      counts[verdict.outcome]++;
    }
  }
  return summary;
}

const DOCUMENTS: Readonly<Record<string, string>> = {
  nb: 'notebook',
  nm: 'NumPy manual',
  bl: 'blog',
};

/** Module of the reference, or the document a recipe is from. */
function moduleOf({ case: name, function: of }: CalciumCase): string {
  const named = /^([a-z_]+)\.[a-z_]/.exec(of)?.[1];
  if (named && named !== 'np' && named !== 'skimage') return named;
  return DOCUMENTS[name.split('_')[0]!] ?? 'building blocks';
}
