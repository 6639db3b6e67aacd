import { basename } from 'node:path';
import type { Command } from 'commander';
import { openEngine } from '#engines/open-engine.ts';
import { ConfigError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import { writeZLut } from '#protocol/z-lut-file.ts';
import type { ZLutModel } from '#protocol/z-lut-model.ts';
import type { PresetName } from '#stages/presets.ts';
import { buildZLut, type SweepFrame } from '#zlut-tools/build.ts';
import { MODEL_ROUNDS } from '#zlut-tools/fit-z-lut-model.ts';
import { readPlaneZ } from '#zlut-tools/plane-z.ts';
import { defaultConfig, planOf, readConfig, withPreset } from '../../config.ts';
import { number, presetOption, wholeNumber } from '../options.ts';
import { ProgressLine } from '../progress-line.ts';
import { openSelected, roisFor, type SelectedStack } from '../stack-input.ts';

interface BuildOptions {
  z?: string;
  zStart?: number;
  zStep?: number;
  out: string;
  rois: string;
  roiSize?: number;
  bead?: number;
  frames?: string;
  config?: string;
  preset?: PresetName;
  force?: boolean;
  model?: boolean;
}

/** `zlut build`: the Z-LUT of a bead from a recorded focal sweep. */
export function registerBuild(zlut: Command): void {
  zlut
    .command('build')
    .description('build the Z-LUT of one bead from a focal sweep')
    .argument('<stack>', 'the sweep: TIFF, .npy, .bin + .json, or a folder of images')
    .requiredOption('--out <file>', 'e.g. bead.zlut.npy')
    .option('--z <file>', 'CSV of plane z: `zNm` for every frame in order, or `frame,zNm`')
    .option('--z-start <nm>', 'z of frame 0, with --z-step', number)
    .option('--z-step <nm>', 'z from each frame to the next', number)
    .option(
      '--rois <choice>',
      'whole is one ROI, auto finds beads, isolated those clear of others, or a CSV file',
      'whole',
    )
    .option('--roi-size <px>', 'size of new ROIs', wholeNumber)
    .option('--bead <id>', 'which bead, when there are several', wholeNumber)
    .option('--frames <slice>', 'frames as start:stop:step, e.g. ::2 for the even ones')
    .option('--config <file>', 'TOML settings; the pipeline is taken from it')
    .addOption(presetOption())
    .option('--model', 'fit a model of the bead, too: for the stage maximum-likelihood')
    .option('--force', 'write over an existing file')
    .action(build);
}

async function build(path: string, options: BuildOptions): Promise<void> {
  const config = options.config ? readConfig(options.config) : defaultConfig();
  const plan = planOf(withPreset(config, options.preset));
  const selected = await openSelected(path, options.frames);
  try {
    const zOf = await planeZOf(options);
    const rois = await roisFor(options.rois, selected, options.roiSize, (text) => console.error(text));
    const roi =
      rois.length === 1 && options.bead === undefined
        ? rois[0]
        : rois.find(({ bead }) => bead === options.bead);
    if (!roi) {
      throw new ConfigError({
        where: '--bead',
        expected: `one of the beads ${rois.map(({ bead }) => bead).join(', ')}`,
        received: options.bead === undefined ? 'none' : `${options.bead}`,
        remedy: 'a Z-LUT belongs to one bead',
      });
    }
    const { width, height, pixelFormat } = selected.stack;
    const shape = { width, height, pixelFormat };
    const engine = await openEngine('reference');
    const name = basename(options.out);
    const { zLut, used, rejected } = await buildZLut(sweepOf(selected, zOf), {
      engine,
      plan,
      shape,
      roi,
      name,
      ...(options.model && { onModelRound: tellRound }),
    });
    await engine.close();
    await writeZLut(options.out, zLut, options.force ?? false);
    const [first, last] = [zLut.planeZNm[0]!, zLut.planeZNm.at(-1)!];
    console.error(
      `${zLut.planes} planes from ${first} to ${last} nm, ${zLut.radii} radii, ${used} frames used, ${rejected} rejected: ${options.out}`,
    );
    if (zLut.model) console.error(describeNoise(zLut.model));
  } finally {
    await selected.stack.close();
  }
}

function tellRound(round: number): void {
  console.error(`model: round ${round + 1} of ${MODEL_ROUNDS}`);
}

/** What the residuals of the model say of the camera. */
function describeNoise({ cameraGain, floorVariance, reachPx }: ZLutModel): string {
  const floor = `${floorVariance < 0 ? '-' : '+'} ${Math.abs(floorVariance).toPrecision(3)}`;
  return `camera, by photon transfer from these frames: variance = ${cameraGain.toPrecision(3)} x counts ${floor}; model known to ${reachPx.toFixed(1)} px`;
}

/** Plane z of a frame, nm, or undefined for a frame that is not part of the sweep. */
async function planeZOf({ z, zStart, zStep }: BuildOptions): Promise<(frame: number) => number | undefined> {
  if (z !== undefined) {
    const table = await readPlaneZ(z);
    return (frame) => table.get(frame);
  }
  if (zStart !== undefined && zStep !== undefined && zStep !== 0) return (frame) => zStart + frame * zStep;
  throw new ConfigError({
    where: 'zlut build',
    expected: '--z FILE.csv, or --z-start NM and --z-step NM (not 0)',
    received: 'neither',
    remedy: 'say at which z the frames were taken',
  });
}

async function* sweepOf(
  { stack, ids }: SelectedStack,
  zOf: (frame: number) => number | undefined,
): AsyncGenerator<SweepFrame> {
  const pixels = new Uint8Array(frameBytes(stack));
  const progress = new ProgressLine(ids.length, 'frames');
  for (const id of ids) {
    const planeZNm = zOf(id);
    if (planeZNm === undefined) {
      throw new ConfigError({
        where: `--z, frame ${id}`,
        expected: 'a plane z for every selected frame',
        received: 'none',
        remedy: 'add it, or leave the frame out with --frames',
      });
    }
    await stack.readFrame(id, pixels);
    yield { pixels, planeZNm };
    progress.add(1);
  }
  progress.end();
}
