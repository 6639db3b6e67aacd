import { type Command, InvalidArgumentError } from 'commander';
import { PIXEL_FORMAT_NAMES } from '#protocol/pixel-format.ts';
import { PRESET_NAMES } from '#stages/presets.ts';
import { duration, number, wholeNumber } from '../options.ts';
import type { BenchOptions } from './case.ts';
import { BENCH_CASES } from './index.ts';

const ENGINES = ['reference', 'wasm', 'gpu'] as const;
const REDUCTIONS = ['tree', 'subgroup'] as const;

/** `bench`: JSON lines, each with all that its figures depend on. */
export function registerBench(command: Command): void {
  const cases = Object.entries(BENCH_CASES).map(([name, { title }]) => `${name} (${title})`);
  const byName = Object.keys(BENCH_CASES).filter((name) => BENCH_CASES[name]!.onlyByName);
  command
    .argument('[case]', `${cases.join(', ')}; without one, all but ${byName.join(', ')}`)
    .argument('[minutes]', 'of soak and calcium-live', number)
    .option('--engine <list>', `of ${ENGINES.join(', ')}; a real GPU is found by itself`, listOf(ENGINES))
    .option('--preset <list>', `of ${PRESET_NAMES.join(', ')}`, listOf(PRESET_NAMES))
    .option('--roi-size <list>', 'sizes of the ROIs, px', counts)
    .option('--pixel-type <list>', 'mono8, mono12, mono16', listOf(PIXEL_FORMAT_NAMES))
    .option('--beads <list>', 'beads in a frame', counts)
    .option('--planes <count>', 'planes of the Z-LUT (default: 200)', count)
    .option(
      '--threads <list>',
      'threads of reference and wasm (default: 1 to all cores, or what serve takes)',
      wholeNumbers,
    )
    .option('--lanes <list>', 'lanes of a workgroup of the GPU', counts)
    .option('--reduction <list>', `how they add up: ${REDUCTIONS.join(', ')}`, listOf(REDUCTIONS))
    .option('--width <px>', 'width of the frames of the camera', count)
    .option('--height <px>', 'height of the frames of the camera', count)
    .option('--fps <list>', 'frames a second of the camera; 0: as fast as they are taken', wholeNumbers)
    .option('--roi-streaming', 'the camera may cut frames to their ROIs')
    .option('--no-roi-streaming', 'it sends whole frames')
    .option('--no-record', 'the tracker does not record')
    .option('--frames <count>', 'frames of one repeat', count)
    .option('--for <time>', 'time of one repeat: 500ms, 10s, 5m or 2h', duration)
    .option('--repeats <count>', 'repeats; medians are reported', count)
    .option(
      '--seed <number>',
      'of what is random in precision and the cases of calcium (default: 0)',
      wholeNumber,
    )
    .option('--radius <list>', 'radii of the beads of precision, nm', positives)
    .option(
      '--photons <list>',
      'of a background pixel in precision, of a bright one in calcium-live',
      positives,
    )
    .option('--z <list>', 'heights of precision, nm', numbers)
    .option('--sweep-frames <count>', 'frames of a calibration plane in precision (default: 16)', count)
    .option('--exam <frames>', 'of precision in all: counts what is lost and what is false', count)
    .option('--folder <folder>', 'where the recordings of real lie')
    .option('--svg <file>', 'picture of precision')
    .option(
      '--vs <command>',
      'a peer, run in turn with ours: figures of its last JSON line, else its time, are compared; {roi}, {beads}, {planes}, {preset} and {pixelType} are filled in',
    )
    .action(async (only: string | undefined, minutes: number | undefined, options: BenchOptions) => {
      if (only !== undefined && !(only in BENCH_CASES)) command.error(`error: there is no case '${only}'`);
      if ((only === 'accuracy' || only === 'precision') && options.vs !== undefined)
        command.error(`error: ${only} takes no peer`);
      const asked = minutes === undefined ? options : { ...options, minutes };
      for (const [name, { onlyByName = false, load }] of Object.entries(BENCH_CASES)) {
        if (only === undefined ? onlyByName : only !== name) continue;
        const { run } = await load();
        for await (const line of run(asked)) console.log(JSON.stringify(line));
      }
    });
}

/** A list on the command line: `64,128`. */
function listOf<const T extends string>(known: readonly T[]): (text: string) => T[] {
  return (text) =>
    text.split(',').map((name) => {
      const found = known.find((one) => one === name);
      if (found === undefined) throw new InvalidArgumentError(`expected some of ${known.join(', ')}.`);
      return found;
    });
}

/** A whole number from 1 on the command line. */
function count(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}

function counts(text: string): number[] {
  return text.split(',').map(count);
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}

function numbers(text: string): number[] {
  return text.split(',').map(number);
}

function positives(text: string): number[] {
  const values = numbers(text);
  if (values.some((value) => value <= 0)) throw new InvalidArgumentError('expected numbers above 0.');
  return values;
}
