import { type Command, Option } from 'commander';
import { ConfigError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { formatOfName, readZLuts } from '#protocol/z-lut-file.ts';
import type { PlaneSteps } from '#protocol/z-lut-qtrk.ts';
import { scaleModel } from '#zlut-tools/edit-model.ts';
import { number, wholeNumber } from '../options.ts';

/** What is to be said of a file that does not say it, or of which one of several Z-LUTs is meant. */
export interface SourceOptions {
  zStart?: number;
  zStep?: number;
  bead?: number;
  zUnit?: keyof typeof NM;
}

/** Units of z in files of other programs. */
const NM = { nm: 1, um: 1000 } as const;

export function withSourceOptions(command: Command): Command {
  return command
    .option('--z-start <nm>', 'z of the first plane of a .radialzlut, with --z-step', number)
    .option('--z-step <nm>', 'z from each plane to the next', number)
    .option('--bead <number>', 'which Z-LUT of a file with several, from 0', wholeNumber)
    .addOption(
      new Option('--z-unit <unit>', 'of z in the file, and of --z-start and --z-step')
        .choices(Object.keys(NM))
        .default('nm'),
    );
}

/** @throws {ConfigError} if only one of the two is given */
function planeSteps({ zStart, zStep }: SourceOptions): PlaneSteps | undefined {
  if (zStart === undefined && zStep === undefined) return undefined;
  if (zStart !== undefined && zStep !== undefined) return { startNm: zStart, stepNm: zStep };
  throw new ConfigError({
    where: zStart === undefined ? '--z-start' : '--z-step',
    expected: 'both --z-start and --z-step',
    received: 'one of them',
  });
}

/**
 * The Z-LUTs of a file, in nm.
 * @returns [bead]
 * @throws {ConfigError} if a unit is given for a file that has its own
 */
export async function readSource(path: string, options: SourceOptions): Promise<ZLut[]> {
  const planeZ = planeSteps(options);
  const zLuts = await readZLuts(path, planeZ ? { planeZ } : {});
  const factor = NM[options.zUnit ?? 'nm'];
  if (factor === 1) return zLuts;
  if (formatOfName(path) === 'zlut') {
    throw new ConfigError({
      where: '--z-unit',
      expected: 'the file of another program',
      received: `${path}, which is in nm`,
    });
  }
  return zLuts.map((zLut) => ({
    ...zLut,
    planeZNm: zLut.planeZNm.map((z) => factor * z),
    ...(zLut.model && { model: scaleModel(zLut.model, factor) }),
  }));
}

/**
 * The one Z-LUT that is meant.
 * @throws {ConfigError} if the file has several and none is chosen, or not the one that is
 */
export async function readChosenZLut(path: string, options: SourceOptions): Promise<ZLut> {
  const zLuts = await readSource(path, options);
  const { bead } = options;
  const chosen = zLuts[bead ?? 0];
  if (chosen && (bead !== undefined || zLuts.length === 1)) return chosen;
  throw new ConfigError({
    where: '--bead',
    expected: `0 to ${zLuts.length - 1}, the beads of ${path}`,
    received: bead === undefined ? 'none' : `${bead}`,
    remedy: 'choose one, e.g. --bead 0',
  });
}
