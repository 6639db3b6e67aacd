import { type Command, Option } from 'commander';
import type { NdArray } from '#calcium/nd-array.ts';
import { saveImages } from '#calcium-files/save-images.ts';
import { requireNew, writeOutput } from '#calcium-files/write-output.ts';
import {
  FILTER_ENGINES,
  type FilterEngine,
  type FilterEngineChoice,
  openFilterEngine,
} from '#calcium-gpu/filter-engine.ts';
import type { FilterRun } from '#calcium-gpu/filter-stack.ts';
import { gaussianFilterGpu } from '#calcium-gpu/gaussian-filter.ts';
import { medianFilterGpu } from '#calcium-gpu/median-filter.ts';
import { ConfigError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { ProgressLine } from '../progress-line.ts';
import { loadWithProgress, STACK_FORMS } from './images-input.ts';
import { endingOf } from './output-name.ts';

interface FilterOptions {
  median?: string;
  gaussian?: string;
  engine: FilterEngineChoice;
  out: string;
  force?: boolean;
}

type Filter = (images: NdArray, engine: FilterEngine, run: FilterRun) => Promise<NdArray>;

/** `calcium filter`: a stack filtered in time and space. */
export function registerFilter(calcium: Command): void {
  calcium
    .command('filter')
    .description('filter a stack over frames, rows and columns')
    .argument('<stack>', STACK_FORMS)
    .option('--median <size>', 'median of a box frames x rows x columns: 3x3x3, or 1x3x3 frame by frame')
    .option(
      '--gaussian <sigma>',
      'Gaussian, standard deviation in frames and px: 1 for all axes, or 0,1,1 frame by frame; in float32',
    )
    .addOption(
      new Option('--engine <engine>', 'who computes: auto takes a graphics card, never a software GPU')
        .choices(FILTER_ENGINES)
        .default('auto'),
    )
    .requiredOption('--out <file>', '.tif or .npy')
    .option('--force', 'write over an existing file')
    .action(filter);
}

async function filter(path: string, options: FilterOptions): Promise<void> {
  const { out, force = false } = options;
  const ending = endingOf(out, ['.tif', '.npy']);
  const run = filterOf(options);
  await requireNew([out], force);
  const engine = await openFilterEngine(options.engine);
  try {
    console.error(engine.why);
    const images = await loadWithProgress(path);
    const progress = new ProgressLine(images.shape[0]!, 'frames filtered');
    const onFrames = (count: number) => progress.add(count);
    const filtered = await run(images, engine, { onFrames, onNotice: console.error });
    progress.end();
    if (ending === '.tif') await saveImages(out, filtered, { force });
    else await writeOutput([[out, encodeNpy(filtered.values, filtered.shape)]], force);
    const [frames, rows, columns] = filtered.shape;
    console.error(`${out}: ${frames} frames of ${columns} x ${rows} px`);
  } finally {
    engine.close();
  }
}

/** @throws {ConfigError} unless one filter is asked for, in numbers */
function filterOf({ median, gaussian }: FilterOptions): Filter {
  if ((median === undefined) === (gaussian === undefined)) {
    const received = median === undefined ? 'neither' : 'both';
    throw new ConfigError({ where: 'calcium filter', expected: '--median or --gaussian', received });
  }
  if (median !== undefined) {
    const shape = numbersOf('--median', median, /^[1-9]\d?x[1-9]\d?x[1-9]\d?$/, 'x', 'a box such as 3x3x3');
    const values = new Uint8Array(shape.reduce((all, axis) => all * axis)).fill(1);
    return (images, engine, run) => medianFilterGpu(images, engine, { mask: { shape, values }, ...run });
  }
  const form = /^\d+(\.\d+)?(,\d+(\.\d+)?){2}$|^\d+(\.\d+)?$/;
  const [frames, rows, columns] = numbersOf('--gaussian', gaussian!, form, ',', '1 or three such as 0,1,1');
  const sigma = [frames!, rows ?? frames!, columns ?? frames!] as const;
  return (images, engine, run) => gaussianFilterGpu(images, engine, { sigma, ...run });
}

function numbersOf(where: string, text: string, form: RegExp, between: string, expected: string): number[] {
  if (form.test(text)) return text.split(between).map(Number);
  throw new ConfigError({ where, expected, received: `'${text}'` });
}
