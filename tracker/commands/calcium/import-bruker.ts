import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Command, Option } from 'commander';
import type { NdArray } from '#calcium/nd-array.ts';
import { type Alignment, alignFrames } from '#calcium-files/align-frames.ts';
import { saveBinary } from '#calcium-files/binary-video.ts';
import { loadBrukerTifs, openBrukerSeries } from '#calcium-files/bruker-series.ts';
import { brukerTimes, type FrameTimes } from '#calcium-files/bruker-times.ts';
import { saveImages } from '#calcium-files/save-images.ts';
import { parseVoltageRecording } from '#calcium-files/voltage-recording.ts';
import { type OutputFile, requireNew, writeOutput } from '#calcium-files/write-output.ts';
import type { BrukerSeries } from '#camera-adapters/stacks/bruker-series.ts';
import { ConfigError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { wholeNumber } from '../options.ts';
import { progressOfFrames } from './images-input.ts';
import { endingOf } from './output-name.ts';
import { encodeRows } from './trace-tables.ts';

interface ImportOptions {
  out: string;
  channel?: number;
  plane?: number;
  times?: string;
  voltage?: string;
  align: Alignment;
  force?: boolean;
}

/** One channel and plane, which count from 0 as recorded, and where it goes. */
interface Target {
  channel: number;
  plane: number;
  path: string;
}

/** `calcium import-bruker`: stacks of a folder that PrairieView wrote. */
export function registerImportBruker(calcium: Command): void {
  calcium
    .command('import-bruker')
    .description('make stacks of a folder that PrairieView wrote')
    .argument('<folder>', 'images BASE_Cycle00001_Ch1_000001.ome.tif, with or without the .xml of the scan')
    .requiredOption(
      '--out <file>',
      '.tif, .npy or .bin; {channel} and {plane} in the name write each into its own file',
    )
    .option('--channel <number>', 'only this one, as the names of the images have it', wholeNumber)
    .option('--plane <number>', 'only this one, from 1', wholeNumber)
    .option('--times <file>', 'write when each frame began, as CSV')
    .option('--voltage <file>', 'write the voltages with the frame each sample belongs to, as CSV')
    .addOption(
      new Option('--align <way>', 'to the frame that is scanned, or the one whose start is nearest')
        .choices(['hold', 'nearest'])
        .default('hold'),
    )
    .option('--force', 'write over existing files')
    .action(importBruker);
}

async function importBruker(folder: string, options: ImportOptions): Promise<void> {
  const { out, times: timesOut, voltage: voltageOut, force = false } = options;
  const ending = endingOf(out, ['.tif', '.npy', '.bin']);
  for (const file of [timesOut, voltageOut]) if (file !== undefined) endingOf(file, ['.csv']);
  const series = await openBrukerSeries(folder);
  for (const note of series.notes) console.error(note);
  const targets = targetsOf(series, options);
  const tables = [timesOut, voltageOut].filter((file) => file !== undefined);
  await requireNew([...targets.map(({ path }) => path), ...tables], force);
  const written = await tablesOf(series, options);

  const progress = progressOfFrames(targets.length);
  for (const { channel, plane, path } of targets) {
    const images = await loadBrukerTifs(series, { channel, plane }, progress.onFrame);
    await save(path, ending, images, force);
  }
  progress.end();
  await writeOutput(written, force);
  const { channels, planes, frames, width, height } = series;
  const found = `channels ${channels.join(', ')}, ${planes} planes, ${frames} frames of ${width} x ${height} px`;
  console.error(`${folder}: ${found}`);
  for (const path of [...targets.map((target) => target.path), ...tables]) console.error(path);
}

/** @throws {ConfigError} if the channel or plane is not there, or several would go into one file */
function targetsOf(series: BrukerSeries, { out, channel, plane }: ImportOptions): Target[] {
  const planes = Array.from({ length: series.planes }, (_, index) => index + 1);
  const targets = chosenOf('--channel', series.channels, channel).flatMap((ofChannel) =>
    chosenOf('--plane', planes, plane).map((ofPlane) => ({
      channel: series.channels.indexOf(ofChannel),
      plane: ofPlane - 1,
      path: out.replaceAll('{channel}', `${ofChannel}`).replaceAll('{plane}', `${ofPlane}`),
    })),
  );
  if (new Set(targets.map(({ path }) => path)).size === targets.length) return targets;
  throw new ConfigError({
    where: '--out',
    expected: `a name with {channel} or {plane}, for channels ${series.channels.join(', ')} and ${series.planes} planes`,
    received: `'${out}'`,
    remedy: 'or choose one with --channel and --plane',
  });
}

function chosenOf(where: string, there: readonly number[], wanted: number | undefined): readonly number[] {
  if (wanted === undefined) return there;
  if (there.includes(wanted)) return [wanted];
  throw new ConfigError({ where, expected: `one of ${there.join(', ')}`, received: `${wanted}` });
}

async function save(path: string, ending: string, images: NdArray, force: boolean): Promise<void> {
  if (ending === '.tif') await saveImages(path, images, { force });
  else if (ending === '.bin') await saveBinary(path, images, { force });
  else await writeOutput([[path, encodeNpy(images.values, images.shape)]], force);
}

/** The tables asked for. */
async function tablesOf(series: BrukerSeries, options: ImportOptions): Promise<OutputFile[]> {
  const { times: timesOut, voltage: voltageOut, align } = options;
  const files: OutputFile[] = [];
  if (timesOut === undefined && voltageOut === undefined) return files;
  const { scan, folder, planes, frames } = series;
  if (!scan) {
    const where = timesOut === undefined ? '--voltage' : '--times';
    throw new ConfigError({ where, expected: 'the .xml of the scan', received: `none in ${folder}` });
  }
  const times = brukerTimes(scan, planes, frames);
  if (timesOut !== undefined) {
    files.push([timesOut, encodeRows(['frame', 'time_s'], frames, (frame) => [frame, times.startS[frame]!])]);
  }
  if (voltageOut !== undefined) {
    files.push([voltageOut, await voltageTable(folder, scan.voltageFiles, times, align)]);
  }
  return files;
}

/** @throws {ConfigError} if the scan names no recording of voltages, or several */
async function voltageTable(
  folder: string,
  names: readonly string[],
  times: FrameTimes,
  align: Alignment,
): Promise<Uint8Array> {
  const [name, other] = names;
  if (name === undefined || other !== undefined) {
    const received = name === undefined ? 'none' : names.join(', ');
    throw new ConfigError({
      where: '--voltage',
      expected: 'a scan with one recording of voltages',
      received,
    });
  }
  const file = join(folder, basename(name));
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(
      { where: '--voltage', expected: `${file}, which the scan names`, received: String(cause) },
      cause,
    );
  });
  const { names: signals, timeMs, volts } = parseVoltageRecording(text, file);
  const frames = alignFrames(timeMs, times, align);
  return encodeRows(['time_ms', 'frame', ...signals], timeMs.length, (sample) => [
    timeMs[sample]!,
    frames[sample]!,
    ...volts.values.subarray(sample * signals.length, (sample + 1) * signals.length),
  ]);
}
