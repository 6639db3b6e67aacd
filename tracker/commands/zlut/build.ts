import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { openEngine } from '#engines/open-engine.ts';
import { ConfigError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { writeZLut } from '#protocol/z-lut-file.ts';
import type { ZLutModel } from '#protocol/z-lut-model.ts';
import type { Plan } from '#stages/plan.ts';
import type { PresetName } from '#stages/presets.ts';
import { type BuiltBead, buildZLuts } from '#zlut-tools/build.ts';
import type { CheckReport } from '#zlut-tools/check.ts';
import { MODEL_ROUNDS } from '#zlut-tools/fit-z-lut-model.ts';
import { checkReportHtml } from '#zlut-tools/report-html.ts';
import { sharedZLut } from '#zlut-tools/sweep-shared.ts';
import type { PlaneAverage } from '#zlut-tools/sweep-visits.ts';
import { defaultConfig, planOf, readConfig, withPreset } from '../../config.ts';
import { number, presetOption, wholeNumber } from '../options.ts';
import { ProgressLine } from '../progress-line.ts';
import {
  describeBuilt,
  describeMotion,
  folderThere,
  makeFolderOf,
  originOf,
  outputOf,
} from './build-output.ts';
import { openSweep, type PlaneOptions, roisOfSweep, withPlaneOptions } from './sweep-input.ts';

interface BuildOptions extends PlaneOptions {
  out: string;
  rois?: string;
  roiSize?: number;
  bead?: number;
  references?: number[];
  average: PlaneAverage;
  smooth?: number;
  resample?: number;
  pass?: 'forward' | 'backward';
  shared?: boolean;
  pixelSize?: number;
  config?: string;
  preset?: PresetName;
  force?: boolean;
  model?: boolean;
  report?: boolean;
}

/** `zlut build`: Z-LUTs of the beads of a recorded focal sweep. */
export function registerBuild(zlut: Command): void {
  const build = zlut
    .command('build')
    .description('build the Z-LUT of every bead from a focal sweep, and check it')
    .argument(
      '<stack|run>',
      'the sweep: TIFF, .npy, .bin + .json, a folder of images, the folder of a live sweep, or of a run with a movie',
    )
    .requiredOption(
      '--out <path>',
      'a file, e.g. bead.zlut; for several beads a folder, or a name with {bead}',
    );
  withPlaneOptions(build)
    .option(
      '--rois <choice>',
      'whole is one ROI, auto finds beads, isolated leaves out those that touch, or a CSV file (default: those of the run or live sweep, else whole)',
    )
    .option('--roi-size <px>', 'size of new ROIs', wholeNumber)
    .option('--bead <id>', 'this bead only', wholeNumber)
    .option(
      '--references <ids>',
      'stuck beads that tell the drift, e.g. 0,4; default: all beads together',
      beadIds,
    )
    .addOption(
      new Option('--average <how>', 'of the frames of a plane').choices(['mean', 'median']).default('mean'),
    )
    .option('--smooth <nm>', 'smooth along z with this standard deviation', number)
    .option('--resample <nm>', 'put the planes on even heights this far apart', number)
    .addOption(
      new Option('--pass <way>', 'use one way through the planes only').choices(['forward', 'backward']),
    )
    .option('--shared', 'one Z-LUT of all beads together, normalized and aligned in z')
    .option('--pixel-size <nm>', 'nm per px, for the Z-LUT to say', number)
    .option('--config <file>', 'TOML settings; the pipeline is taken from it')
    .addOption(presetOption())
    .option('--model', 'fit a model of each bead, too: for the stage maximum-likelihood')
    .option('--report', 'write what the check found beside each Z-LUT, as NAME.html')
    .option('--force', 'write over existing files')
    .action(run);
}

function beadIds(text: string): number[] {
  const ids = text.split(',').map((id) => (id.trim() === '' ? Number.NaN : Number(id)));
  if (ids.every((id) => Number.isInteger(id) && id >= 0)) return ids;
  throw new InvalidArgumentError('expected ids of beads such as 0,4.');
}

async function run(path: string, options: BuildOptions): Promise<void> {
  const config = options.config ? readConfig(options.config) : defaultConfig();
  const plan = planOf(withPreset(config, options.preset));
  const sweep = await openSweep(path, options);
  const { stack } = sweep.selected;
  try {
    const log = (text: string) => console.error(text);
    const found = await roisOfSweep(sweep, options.rois, options.roiSize);
    const { rois, wanted } = chosenRois(found, options);
    const several = wanted.length > 1;
    const fileOf = options.shared ? () => options.out : outputOf(options.out, wanted);
    const engine = await openEngine('wasm');
    const { width, height, pixelFormat } = stack;
    const built = await buildZLuts(sweep.frames(options.rois ? null : rois), {
      ...{ engine, plan, rois, shape: { width, height, pixelFormat } },
      nameOf: (bead) => basename(fileOf(bead)),
      rows: { folder: folderThere(fileOf(rois[0]!.bead)) },
      ...{ references: options.references, average: options.average, smoothNm: options.smooth },
      ...{ resampleNm: options.resample, onlyPass: options.pass && (options.pass === 'forward' ? 0 : 1) },
      onBead: beadProgress(rois.length),
      ...(options.model && {
        onModelRound: (round, bead) =>
          log(`${several ? `bead ${bead} ` : ''}model: round ${round + 1} of ${MODEL_ROUNDS}`),
      }),
    });
    await engine.close();
    for (const line of describeMotion(built)) log(line);
    const beads = built.beads.filter(({ bead }) => wanted.includes(bead));
    const origin = await originOf(stack.path, options.pixelSize ?? sweep.pixelSizeNm);
    const keep = async (file: string, zLut: ZLut, report: CheckReport) => {
      await makeFolderOf(file);
      await writeZLut(file, { ...zLut, origin: { ...origin, ...zLut.origin } }, options.force ?? false);
      if (options.report) {
        await writeFile(`${file}.html`, checkReportHtml(zLut, report), { flag: options.force ? 'w' : 'wx' });
      }
    };
    if (options.shared) await keepShared(beads, plan, options.out, keep);
    else await keepEach(beads, fileOf, keep);
    built.close();
  } finally {
    await stack.close();
  }
}

/** What is done with the beads of a long sweep, where it takes long. */
function beadProgress(beads: number): (step: string) => void {
  let [progress, unit, done] = [new ProgressLine(beads, ''), '', 0];
  return (step) => {
    if (step !== unit) [progress, unit, done] = [new ProgressLine(beads, `beads ${step}`), step, 0];
    progress.add(1);
    if (++done === beads) progress.end(false);
  };
}

type Keep = (file: string, zLut: ZLut, report: CheckReport) => Promise<void>;

async function keepEach(
  beads: readonly BuiltBead[],
  fileOf: (bead: number) => string,
  keep: Keep,
): Promise<void> {
  const several = beads.length > 1;
  let good = 0;
  let made = 0;
  for (const one of beads) {
    const { bead, zLut, report, error } = one;
    if (error && !several) throw error;
    if (!zLut || !report) {
      console.error(`bead ${bead}: no Z-LUT: ${error?.message}`);
      continue;
    }
    await keep(fileOf(bead), zLut, report);
    made++;
    if (report.quality.verdict === 'good') good++;
    console.error(`${several ? `bead ${bead}: ` : ''}${describeBuilt(one, zLut)}: ${fileOf(bead)}`);
    console.error(`  ${report.quality.sentence}`);
    if (zLut.model) console.error(`  ${describeNoise(zLut.model)}`);
  }
  if (!several) return;
  console.error(`${made} of ${beads.length} beads have a Z-LUT, ${good} are good`);
  if (made < beads.length) process.exitCode = 1;
}

async function keepShared(built: readonly BuiltBead[], plan: Plan, file: string, keep: Keep): Promise<void> {
  const shared = sharedZLut(built, basename(file), plan);
  for (const { bead, shiftNm, scatterNm, agreement, why } of shared.beads) {
    const place = `${shiftNm.toFixed(1)} nm from the first, scatter ${scatterNm.toFixed(1)} nm, agreement ${agreement.toFixed(4)}`;
    console.error(`bead ${bead}: ${place}${why ? `; left out: ${why}` : ''}`);
  }
  await keep(file, shared.zLut, shared.report);
  const taken = shared.beads.filter(({ why }) => !why).length;
  console.error(`${shared.zLut.planes} planes of ${taken} beads: ${file}`);
  console.error(`  ${shared.report.quality.sentence}`);
}

/** Beads whose Z-LUTs are wanted, and with them the ROIs of the references. */
function chosenRois(
  rois: readonly Roi[],
  { bead, references = [] }: BuildOptions,
): { rois: readonly Roi[]; wanted: number[] } {
  if (bead === undefined) return { rois, wanted: rois.map((roi) => roi.bead) };
  const chosen = rois.filter((roi) => roi.bead === bead || references.includes(roi.bead));
  if (chosen.some((roi) => roi.bead === bead)) return { rois: chosen, wanted: [bead] };
  throw new ConfigError({
    where: '--bead',
    expected: `one of the beads ${rois.map((roi) => roi.bead).join(', ')}`,
    received: `${bead}`,
  });
}

/** What the residuals of the model say of the camera. */
function describeNoise({ cameraGain, floorVariance, reachPx }: ZLutModel): string {
  const floor = `${floorVariance < 0 ? '-' : '+'} ${Math.abs(floorVariance).toPrecision(3)}`;
  return `camera, by photon transfer from these frames: variance = ${cameraGain.toPrecision(3)} x counts ${floor}; model known to ${reachPx.toFixed(1)} px`;
}
