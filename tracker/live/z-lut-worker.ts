import { TweezertrackError } from '#protocol/errors.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { type Plan, parsePlan, planMethod } from '#stages/plan.ts';
import { assertHasModel } from '#stages/plan-needs.ts';
import { checkZLut } from '#zlut-tools/check.ts';
import { compareZLuts } from '#zlut-tools/compare.ts';
import { checkReportHtml } from '#zlut-tools/report-html.ts';
import { answerJobs } from './answer-jobs.ts';
import { factsOf } from './z-lut-facts.ts';
import type { ZLutResults, ZLutSource, ZLutTask, ZLutUse } from './z-lut-jobs.ts';

async function open(source: ZLutSource): Promise<ZLut> {
  return 'zLut' in source ? source.zLut : readZLut(source.path);
}

async function facts(path: string, { plan: steps, roiSizes }: ZLutUse): Promise<ZLutResults['facts']> {
  const zLut = await readZLut(path);
  const plan = parsePlan(steps);
  const misfits = roiSizes.flatMap((roiSize) => {
    try {
      assertZLutFits(zLut, 0, planMethod(plan, roiSize));
      assertHasModel(plan, zLut, 0);
      return [];
    } catch (cause) {
      if (!(cause instanceof TweezertrackError)) throw cause;
      // It is of no bead yet.
      return [{ roiSize, why: cause.message.replace(/^bead 0 /, '') }];
    }
  });
  return { facts: factsOf(zLut), misfits };
}

async function report(source: ZLutSource, steps: Plan): Promise<string> {
  const zLut = await open(source);
  return checkReportHtml(zLut, checkZLut(zLut, { plan: parsePlan(steps) }));
}

async function resultOf(task: ZLutTask): Promise<ZLutResults[ZLutTask['type']]> {
  switch (task.type) {
    case 'facts':
      return facts(task.path, task.use);
    case 'report':
      return report(task.source, task.plan);
    case 'compare':
      return compareZLuts(await open(task.first), await open(task.second));
  }
}

answerJobs<ZLutTask>(resultOf);
