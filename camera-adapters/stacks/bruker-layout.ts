import { join } from 'node:path';
import { StackError } from '#protocol/errors.ts';
import { type BrukerName, parseBrukerName } from './bruker-name.ts';
import type { BrukerScan } from './bruker-scan.ts';

/** One page of a file; `page` counts from 0. */
interface ImagePlace {
  readonly name: string;
  readonly page: number;
}

/** Which image of a folder is which. */
export interface BrukerLayout {
  /** Numbers of the detectors that were recorded, ascending. */
  readonly channels: readonly number[];
  readonly planes: number;
  readonly frames: number;
  /** Image of a channel and plane, which count from 0 as recorded. */
  place(channel: number, plane: number, frame: number): ImagePlace;
  /** What a person should know of how the folder was read. */
  readonly notes: readonly string[];
}

/** Images of one run, or of one film, by channel. */
interface Run {
  readonly cycle: number;
  /** [image] places by channel. */
  readonly images: readonly ReadonlyMap<number, ImagePlace>[];
}

/**
 * Layout by the document of the scan.
 * @param where document, for messages
 * @throws {StackError} if a run lacks planes or a frame a channel
 */
export function layoutOfScan(scan: BrukerScan, where: string): BrukerLayout {
  const runs = scan.sequences.map(({ cycle, frames }) => ({
    cycle,
    images: frames.map(
      ({ files }) => new Map(files.map(({ channel, name, page }) => [channel, { name, page: page - 1 }])),
    ),
  }));
  const isVolumes = scan.sequences.some(({ type }) => /ZSeries/i.test(type));
  return isVolumes ? volumesOf(runs, where) : filmOf(runs, where);
}

/**
 * Layout by the names of the images alone, in whatever order they are listed.
 *
 * Several cycles of several images each are volumes; one cycle is a film of one plane.
 *
 * @param folder for messages
 * @param pagesOf pages of a file
 * @throws {StackError} naming the image that is missing, or the names of another series
 */
export async function layoutOfNames(
  names: readonly string[],
  folder: string,
  pagesOf: (name: string) => Promise<number>,
): Promise<BrukerLayout> {
  const images = names.flatMap((name) => {
    const parsed = parseBrukerName(name);
    return parsed ? [{ ...parsed, name }] : [];
  });
  const [first] = images;
  if (!first) {
    const expected = 'images BASE_Cycle00001_Ch1_000001.ome.tif of a PrairieView series';
    throw new StackError({ where: folder, expected, received: 'none' });
  }
  const other = images.find(({ base }) => base !== first.base);
  if (other) throw severalSeries(folder, first.name, other.name);
  const cycles = ascending(images.map(({ cycle }) => cycle));
  const isVolumes = cycles.length > 1 && images.some(({ number }) => number !== first.number);
  const runs: Run[] = [];
  const lostCycle = isVolumes ? gapIn(cycles) : undefined;
  if (lostCycle !== undefined) throw missing(folder, { ...first, cycle: lostCycle });
  for (const cycle of cycles) {
    const ofCycle = images.filter((image) => image.cycle === cycle);
    const numbers = ascending(ofCycle.map(({ number }) => number));
    // A film may be a part of one; a volume begins with its first plane.
    const lost = gapIn(isVolumes ? [0, ...numbers] : numbers);
    if (lost !== undefined) throw missing(folder, { ...ofCycle[0]!, number: lost });
    const places: Map<number, ImagePlace>[] = [];
    for (const number of numbers) {
      const files = ofCycle.filter((image) => image.number === number);
      const pages = await pagesOf(files[0]!.name);
      if (isVolumes && pages > 1) {
        throw new StackError({
          where: join(folder, files[0]!.name),
          expected: 'one image, where there are several cycles',
          received: `${pages} pages`,
          remedy: 'keep the .xml of the series in its folder: it says which page is which plane',
        });
      }
      for (let page = 0; page < pages; page++) {
        places.push(new Map(files.map(({ channel, name }) => [channel, { name, page }])));
      }
    }
    runs.push({ cycle, images: places });
  }
  return isVolumes ? volumesOf(runs, folder) : filmOf(runs, folder);
}

/** @returns the message for two series in one folder */
export function severalSeries(folder: string, one: string, other: string): StackError {
  return new StackError({
    where: folder,
    expected: 'one series',
    received: `${one} and ${other}`,
    remedy: 'give each series a folder of its own',
  });
}

function missing(folder: string, { cycle, number, name: like }: BrukerName & { name: string }): StackError {
  const [cycleDigits, digits] = [String(cycle).padStart(5, '0'), String(number).padStart(6, '0')];
  const name = like.replace(/_Cycle\d+(_Ch\d+_)\d+(\.ome\.tiff?)$/i, `_Cycle${cycleDigits}$1${digits}$2`);
  return new StackError({
    where: join(folder, name),
    expected: 'an image between those beside it',
    received: 'none',
    remedy: 'copy the folder again',
  });
}

/** A film of one plane, whose runs follow each other. */
function filmOf(runs: readonly Run[], where: string): BrukerLayout {
  const images = runs.flatMap((run) => run.images);
  const channels = channelsOf(runs, where);
  const place = (channel: number, _: number, frame: number) => images[frame]!.get(channels[channel]!)!;
  return { channels, planes: 1, frames: images.length, place, notes: [] };
}

/** One volume a run; a last one that was not finished is left out. */
function volumesOf(runs: readonly Run[], where: string): BrukerLayout {
  const planes = runs[0]!.images.length;
  const last = runs.at(-1)!;
  const isCutShort = runs.length > 1 && last.images.length < planes;
  const whole = isCutShort ? runs.slice(0, -1) : runs;
  const short = whole.find(({ images }) => images.length !== planes);
  if (short) {
    throw new StackError({
      where: `${where} cycle ${short.cycle}`,
      expected: `${planes} planes, as cycle ${runs[0]!.cycle}`,
      received: `${short.images.length}`,
      remedy: 'copy the folder again',
    });
  }
  const channels = channelsOf(whole, where);
  const place = (channel: number, plane: number, frame: number) =>
    whole[frame]!.images[plane]!.get(channels[channel]!)!;
  const notes = isCutShort
    ? [`cycle ${last.cycle} has ${last.images.length} of ${planes} planes: left out`]
    : [];
  return { channels, planes, frames: whole.length, place, notes };
}

/** Channels of the first image, which all must have. */
function channelsOf(runs: readonly Run[], where: string): number[] {
  const channels = ascending(runs.flatMap(({ images }) => images.flatMap((image) => [...image.keys()])));
  for (const { cycle, images } of runs) {
    for (const [index, image] of images.entries()) {
      const lacking = channels.find((channel) => !image.has(channel));
      if (lacking === undefined) continue;
      throw new StackError({
        where: `${where} cycle ${cycle} image ${index + 1}`,
        expected: `channels ${channels.join(', ')}, as the others`,
        received: `none of channel ${lacking}`,
        remedy: 'copy the folder again',
      });
    }
  }
  return channels;
}

/** Each number once, ascending. */
function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** The first whole number that is missing between ascending ones. */
function gapIn(numbers: readonly number[]): number | undefined {
  const at = numbers.findIndex((number, index) => index > 0 && number !== numbers[index - 1]! + 1);
  return at < 0 ? undefined : numbers[at - 1]! + 1;
}
