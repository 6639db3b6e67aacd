import type { Dataset, Group } from 'h5wasm';
import { StackError } from '#protocol/errors.ts';
import { isNpyDtype, type NpyDtype } from '#protocol/npy.ts';

/** A dataset of numbers. */
export interface NumberDataset {
  readonly dataset: Dataset;
  readonly path: string;
  readonly dtype: NpyDtype;
  readonly shape: readonly number[];
  /** Lengths of a chunk along the axes; null where all values lie together. */
  readonly chunks: readonly number[] | null;
}

/** Of the library: class of whole numbers and of floating ones. */
const [INTEGER, FLOAT] = [0, 1];

/** Filters above are no part of HDF5 itself, but of plug-ins that are not here. */
const LAST_OWN_FILTER = 6;

/** What MagScope calls the times of frames, ns. */
const TIMES = 'frame_timestamps_ns';

/**
 * The dataset of this path, or the only one of numbers with three axes or more.
 * @throws {StackError} naming all there are, if it is not there or not the only one, or what it is, if not numbers
 */
export function chooseDataset(file: string, root: Group, path?: string): NumberDataset {
  if (path !== undefined) {
    const dataset = datasetAt(root, path);
    if (!dataset) {
      const received = describeAll(root);
      throw new StackError({ where: `${file}#${path}`, expected: 'a dataset of this path', received });
    }
    return numbersOf(`${file}#${path}`, path, dataset);
  }
  const found = datasetsOf(root).filter(({ dataset }) => (dataset.shape?.length ?? 0) >= 3);
  const [only] = found;
  if (only && found.length === 1) return numbersOf(`${file}#${only.path}`, only.path, only.dataset);
  throw new StackError({
    where: file,
    expected: 'one dataset [frame, row, column]',
    received: describeAll(root),
    remedy: `name it after a #: ${file}#${only?.path ?? '/path'}`,
  });
}

function numbersOf(where: string, path: string, dataset: Dataset): NumberDataset {
  const { type, size, signed, chunks, virtual_sources: sources } = dataset.metadata;
  if (sources && sources.length > 0) {
    throw new StackError({
      where,
      expected: 'values in this file',
      received: `a virtual dataset over ${sources.length} others, as ${sources[0]!.file_name}`,
      remedy: 'open the file they lie in',
    });
  }
  const unknown = dataset.filters.filter(({ id }) => id > LAST_OWN_FILTER).map(({ name }) => name);
  if (unknown.length > 0) {
    const remedy = 'pack it anew: h5repack -f GZIP=4 OLD NEW';
    throw new StackError({
      where,
      expected: 'values packed by gzip, or not',
      received: unknown.join(),
      remedy,
    });
  }
  const dtype = `${type === FLOAT ? 'f' : signed ? 'i' : 'u'}${size}`;
  if ((type !== INTEGER && type !== FLOAT) || !isNpyDtype(dtype)) {
    const received = type === INTEGER || type === FLOAT ? dtype : describeType(dataset);
    throw new StackError({ where, expected: 'numbers of 1 to 8 bytes', received });
  }
  return { dataset, path, dtype, shape: dataset.shape ?? [], chunks };
}

/** [frame] ns since the first frame, from the dataset of times beside another; undefined where there is none. */
export function timesBeside(root: Group, path: string, frames: number): BigInt64Array | undefined {
  const times = datasetAt(root, path.replace(/[^/]*$/, TIMES));
  if (times?.shape?.length !== 1 || times.shape[0] !== frames) return undefined;
  const values = times.value;
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return undefined;
  return BigInt64Array.from(values, (ns) => ns - values[0]!);
}

function datasetAt(root: Group, path: string): Dataset | undefined {
  try {
    const found = root.get(path);
    return found && 'slice' in found ? found : undefined;
  } catch {
    return undefined;
  }
}

function datasetsOf(root: Group): { path: string; dataset: Dataset }[] {
  return root.paths().flatMap((path) => {
    const dataset = datasetAt(root, path);
    return dataset ? [{ path: `/${path}`, dataset }] : [];
  });
}

function describeAll(root: Group): string {
  const all = datasetsOf(root).map(
    ({ path, dataset }) => `${path} [${dataset.shape?.join(', ') ?? ''}] ${describeType(dataset)}`,
  );
  return all.join('; ') || 'none';
}

const describeType = ({ dtype }: Dataset) => (typeof dtype === 'string' ? dtype : 'records');
