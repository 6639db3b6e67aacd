import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { openEngine } from '#engines/open-engine.ts';
import { ConfigError } from '#protocol/errors.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { writeNewFile } from '#protocol/z-lut-new-file.ts';
import { type Plan, planMethod, roiSizeForRadii } from '#stages/plan.ts';
import { PRESET_NAMES, type PresetName, presetPlan } from '#stages/presets.ts';
import { type CheckOptions, type CheckReport, checkZLut } from '#zlut-tools/check.ts';
import { framesToCheck } from '#zlut-tools/check-stack.ts';
import { checkReportHtml } from '#zlut-tools/report-html.ts';
import { checkReportJson } from '#zlut-tools/report-json.ts';
import { seemsInUm } from '#zlut-tools/show.ts';
import { defaultConfig, planOf, readConfig, withPreset } from '../../config.ts';
import { presetOption, wholeNumber } from '../options.ts';
import { hashOf } from './build-output.ts';
import { openSweep, type PlaneOptions, roisOfSweep, withPlaneOptions } from './sweep-input.ts';

interface CheckCommandOptions extends PlaneOptions {
  rois?: string;
  bead?: number;
  config?: string;
  preset?: PresetName;
  html?: string;
  json?: boolean;
  force?: boolean;
}

/** `zlut check`: how good a Z-LUT is; exit status 0 when it is good, 1 when it is not. */
export function registerCheck(zlut: Command): void {
  const check = zlut
    .command('check')
    .description(
      'measure how good a Z-LUT is, alone or with a focal sweep; exit status 1 when it is not good',
    )
    .argument('<file>', 'a Z-LUT in any layout')
    .argument(
      '[stack|run]',
      'a focal sweep of the same bead, as of zlut build: the one it was built from, or better another',
    );
  withPlaneOptions(check)
    .option(
      '--rois <choice>',
      'whole is one ROI, auto finds beads, or a CSV file (default: those of the run or live sweep, else whole)',
    )
    .option('--bead <id>', 'which bead of the sweep; default: the one the Z-LUT names', wholeNumber)
    .option('--config <file>', 'TOML settings; the pipeline is taken from it')
    .addOption(presetOption())
    .option('--html <file>', 'write a report with plots')
    .option('--json', 'print everything that was found as JSON')
    .option('--force', 'write over an existing report')
    .action(run);
}

async function run(path: string, stackPath: string | undefined, options: CheckCommandOptions): Promise<void> {
  const zLut = await readZLut(path);
  const plan = planFor(zLut, options);
  if (seemsInUm(zLut.planeZNm)) {
    console.error(`${path}: z is perhaps um, and read as nm: zlut convert --z-unit um makes a .zlut of it`);
  }
  const given: Omit<CheckOptions, 'plan'> = stackPath ? await sweepOf(zLut, plan, stackPath, options) : {};
  const report = checkZLut(zLut, { plan, ...given });
  if (options.html !== undefined) {
    await writeNewFile(
      options.html,
      new TextEncoder().encode(checkReportHtml(zLut, report)),
      options.force ?? false,
    );
  }
  if (options.json) console.log(checkReportJson(report));
  else print(report);
  if (report.quality.verdict !== 'good') process.exitCode = 1;
}

function print(report: CheckReport): void {
  console.log(report.quality.sentence);
  for (const { name, points, of } of report.parts) console.log(`  ${name}: ${points} of ${of}`);
  for (const { offsetPx, errorNm } of report.center) {
    if (Number.isFinite(errorNm))
      console.log(`  z when the center is ${offsetPx} px off: ${errorNm.toFixed(1)} nm rms`);
  }
}

/** The pipeline that is asked for, or else the first preset that makes profiles as those of the Z-LUT. */
function planFor(zLut: ZLut, { config, preset }: CheckCommandOptions): Plan {
  const { method } = zLut;
  if (config || preset) {
    const plan = planOf(withPreset(config ? readConfig(config) : defaultConfig(), preset));
    const size = method?.roiSize ?? roiSizeForRadii(plan, zLut.radii);
    if (size !== undefined) assertZLutFits(zLut, zLut.origin?.bead ?? 0, planMethod(plan, size));
    return plan;
  }
  const alike = PRESET_NAMES.map(presetPlan).find((plan) => {
    const made = planMethod(plan, method?.roiSize ?? roiSizeForRadii(plan, zLut.radii) ?? 64);
    if (made === null || made.radii !== zLut.radii) return false;
    try {
      assertZLutFits(zLut, 0, made);
      return true;
    } catch {
      return false;
    }
  });
  return alike ?? planOf(defaultConfig());
}

async function sweepOf(zLut: ZLut, plan: Plan, path: string, options: CheckCommandOptions) {
  const sweep = await openSweep(path, options);
  const { stack } = sweep.selected;
  try {
    const size = zLut.method?.roiSize ?? roiSizeForRadii(plan, zLut.radii);
    const rois = await roisOfSweep(sweep, options.rois, size);
    const bead = options.bead ?? (rois.length === 1 ? rois[0]!.bead : zLut.origin?.bead);
    const roi = rois.find((one) => one.bead === bead);
    if (!roi) {
      throw new ConfigError({
        where: '--bead',
        expected: `one of the beads ${rois.map((one) => one.bead).join(', ')}`,
        received: bead === undefined ? 'none' : `${bead}`,
      });
    }
    assertZLutFits(zLut, roi.bead, planMethod(plan, roi.size));
    const engine = await openEngine('wasm');
    const { width, height, pixelFormat } = stack;
    const made = zLut.origin?.stack?.sha256;
    const own = made !== undefined && statSync(stack.path).isFile() && (await hashOf(stack.path)) === made;
    const checked = await framesToCheck(sweep.frames(options.rois ? null : [roi]), {
      ...{ engine, plan, roi, own, name: basename(stack.path) },
      shape: { width, height, pixelFormat },
    });
    await engine.close();
    return checked;
  } finally {
    await stack.close();
  }
}
