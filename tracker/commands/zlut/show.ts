import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { formatOfName } from '#protocol/z-lut-file.ts';
import { writeNewFile } from '#protocol/z-lut-new-file.ts';
import { describeZLut } from '#zlut-tools/show.ts';
import { CONTRASTS, type Contrast, linesOfZLut, pngOfZLut } from '#zlut-tools/z-lut-picture.ts';
import { readChosenZLut, type SourceOptions, withSourceOptions } from './source.ts';

/** Of a picture in the terminal, whose width is that of the terminal. */
const MOST_LINES = 32;
const PLAIN_COLUMNS = 100;

interface ShowOptions extends SourceOptions {
  png?: string;
  contrast: Contrast;
  picture: boolean;
  force?: boolean;
}

/** `zlut show`: what a Z-LUT says of itself, and how it looks. */
export function registerShow(zlut: Command): void {
  const show = zlut
    .command('show')
    .description('print what a Z-LUT says of itself, and a picture of it')
    .argument('<file>', 'a Z-LUT in any layout')
    .option('--png <file>', 'write the picture, one pixel a bin: planes down, radii to the right')
    .addOption(
      new Option(
        '--contrast <range>',
        'what is black and white: percentile leaves out a hundredth at either end',
      )
        .choices(CONTRASTS)
        .default('percentile'),
    )
    .option('--no-picture', 'none in the terminal')
    .option('--force', 'write over an existing picture');
  withSourceOptions(show).action(run);
}

async function run(path: string, options: ShowOptions): Promise<void> {
  const isWithoutZ = formatOfName(path) === 'radialzlut' && options.zStart === undefined;
  const steps = isWithoutZ && options.zStep === undefined ? { zStart: 0, zStep: 1 } : {};
  const zLut = await readChosenZLut(path, { ...options, ...steps });
  const { contrast } = options;
  console.log(basename(path));
  for (const line of describeZLut(zLut)) console.log(line);
  if (isWithoutZ) console.log('a .radialzlut does not hold z: here it is the number of the plane');
  if (options.picture) {
    const { isTTY, columns = PLAIN_COLUMNS } = process.stdout;
    const color = isTTY === true && !process.env.NO_COLOR;
    for (const line of linesOfZLut(zLut, { contrast, columns, lines: MOST_LINES, color })) console.log(line);
  }
  if (options.png !== undefined) {
    await writeNewFile(options.png, pngOfZLut(zLut, contrast), options.force ?? false);
  }
}
