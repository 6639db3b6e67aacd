import { StackError } from '#protocol/errors.ts';
import { openStackFile, type StackFile } from './stack-file.ts';
import type { TdmsProperty } from './tdms-bytes.ts';
import { readTdmsIndex, type TdmsIndex } from './tdms-index.ts';
import type { TdmsObject } from './tdms-objects.ts';
import { channelName, countValues, readChannels, type TdmsValues } from './tdms-values.ts';

/** A channel of a TDMS file: what it is called, and how much there is of it. */
export interface TdmsChannel {
  readonly group: string;
  readonly name: string;
  readonly values: number;
  readonly properties: ReadonlyMap<string, TdmsProperty>;
}

/** An open TDMS file of LabVIEW. */
export interface TdmsFile {
  readonly path: string;
  /** Those of the file itself. */
  readonly properties: ReadonlyMap<string, TdmsProperty>;
  /** Those that have values, in the order in which the file first names them. */
  readonly channels: readonly TdmsChannel[];
  /** What is missing of a file that is cut off; absent for a whole one. */
  readonly cut?: string;
  /**
   * Values of channels, read in one pass.
   * @throws {StackError} if a channel has complex values, or a scale that was not applied
   * @throws {LimitError} if they have more than 4 GiB together
   */
  read(channels: readonly TdmsChannel[]): Promise<TdmsValues[]>;
  close(): Promise<void>;
}

/**
 * Opens a TDMS file of LabVIEW: all its numbers, times and text, in either byte order, interleaved or not.
 *
 * Of a file that is cut off, the values that are whole are given.
 * @throws {StackError} naming the segment that is none, or holds raw values of DAQmx
 */
export async function openTdms(path: string): Promise<TdmsFile> {
  const file = await openStackFile(path);
  try {
    return tdmsOf(file, readTdmsIndex(file));
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}

/** A channel and the object of the index that it is. */
interface IndexedChannel extends TdmsChannel {
  readonly object: TdmsObject;
}

function tdmsOf(file: StackFile, index: TdmsIndex): TdmsFile {
  const counts = countValues(index);
  const channels: IndexedChannel[] = [...index.objects.values()]
    .map((object) => {
      const [group = '', name = ''] = object.path;
      return { group, name, values: counts.get(object) ?? 0, properties: object.properties, object };
    })
    .filter(({ values }) => values > 0);
  return {
    path: file.path,
    properties: index.objects.get('/')?.properties ?? new Map(),
    channels,
    ...(index.cut !== undefined && { cut: index.cut }),
    read(wanted) {
      const objects = wanted.map(
        (channel) =>
          channels.find(({ group, name }) => group === channel.group && name === channel.name)!.object,
      );
      for (const object of objects) refuseScale(file.path, object);
      return readChannels(file, index, objects);
    },
    close: () => file.handle.close(),
  };
}

/** Counts of a converter that were stored with the formula which makes volts of them. */
function refuseScale(path: string, object: TdmsObject): void {
  const { properties } = object;
  const isCounts = properties.get('NI_Scaling_Status') === 'unscaled';
  if (!isCounts || !(Number(properties.get('NI_Number_Of_Scales') ?? 0) > 0)) return;
  throw new StackError({
    where: `${path} ${channelName(object)}`,
    expected: 'values as they are meant',
    received: 'counts with a scale to be applied (NI_Number_Of_Scales)',
    remedy: 'save the scaled values from LabVIEW',
  });
}
