import { type Command, Option } from 'commander';
import { type Projection, projectImages } from '#calcium/projections.ts';
import { pictureRange, pngOfImage } from '#calcium-files/picture.ts';
import { requireNew, writeOutput } from '#calcium-files/write-output.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { loadWithProgress, STACK_FORMS } from './images-input.ts';
import { endingOf } from './output-name.ts';

export const PROJECTIONS = ['mean', 'std', 'median', 'max', 'min'] as const satisfies readonly Projection[];

interface ProjectOptions {
  kind: Projection;
  out: string;
  force?: boolean;
}

/** `calcium project`: one image of a stack. */
export function registerProject(calcium: Command): void {
  calcium
    .command('project')
    .description('make one image of a stack: a statistic of every pixel over time')
    .argument('<stack>', STACK_FORMS)
    .addOption(new Option('--kind <kind>', 'statistic').choices(PROJECTIONS).default('std'))
    .requiredOption('--out <file>', '.png to look at, .npy for the values in float64')
    .option('--force', 'write over an existing file')
    .action(project);
}

async function project(path: string, { kind, out, force = false }: ProjectOptions): Promise<void> {
  const ending = endingOf(out, ['.png', '.npy']);
  await requireNew([out], force);
  const images = await loadWithProgress(path);
  const image = projectImages(images, kind);
  const bytes = ending === '.png' ? pngOfImage(image) : encodeNpy(image.values, image.shape);
  await writeOutput([[out, bytes]], force);
  const [rows, columns] = image.shape;
  const { black, white } = pictureRange(image);
  const range = ending === '.png' ? `, black ${black.toPrecision(4)}, white ${white.toPrecision(4)}` : '';
  console.error(`${out}: ${kind} of ${images.shape[0]} frames, ${columns} x ${rows} px${range}`);
}
