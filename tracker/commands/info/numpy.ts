import { openStackFile, type StackFile } from '#camera-adapters/stacks/stack-file.ts';
import { type EntryContents, openEntry } from '#camera-adapters/stacks/zip-entry.ts';
import { readZipIndex, type ZipEntry } from '#camera-adapters/stacks/zip-index.ts';
import { StackError } from '#protocol/errors.ts';
import { npyItemBytes, parseNpyHeader } from '#protocol/npy.ts';
import { type Facts, type Probe, startsWith } from './probe.ts';

/** More than any header of an array has. */
const HEADER_BYTES = 4096;

/** What an export says of itself has some kilobytes; nothing longer is shown. */
const MOST_METADATA_BYTES = 1 << 24;

/** One NumPy array: pixels, traces, masks. */
export const npyProbe: Probe = {
  kind: 'NumPy array',
  async read(place) {
    if (!startsWith(place, '\x93NUMPY')) return null;
    const { dtype, shape, dataOffset } = parseNpyHeader(place.head, place.path);
    const wanted = shape.reduce((product, axis) => product * axis, npyItemBytes(dtype));
    const missing = dataOffset + wanted - place.bytes;
    return { dtype, shape, ...(missing > 0 && { cut: `${missing} bytes of values are missing` }) };
  },
};

/** An archive of NumPy arrays, of ours or of anybody. */
export const npzProbe: Probe = {
  kind: 'NumPy archive',
  async read(place) {
    if (!startsWith(place, 'PK\x03\x04')) return null;
    const file = await openStackFile(place.path);
    try {
      const { entries, isCut } = await readZipIndex(file);
      const arrays: Facts = {};
      for (const entry of entries) arrays[entry.name.replace(/\.npy$/, '')] = await describe(file, entry);
      const metadata = entries.find(({ name }) => name === 'metadata.npy');
      const facts = metadata ? await metadataOf(file, metadata) : null;
      return { ...(isCut && { cut: 'the end of the archive is missing' }), ...facts, arrays };
    } finally {
      await file.handle.close();
    }
  },
};

async function describe(file: StackFile, entry: ZipEntry): Promise<string> {
  return reading(file, entry, async (contents) => {
    const head = new Uint8Array(HEADER_BYTES);
    const bytes = await contents.read(head, 0);
    try {
      const { dtype, shape } = parseNpyHeader(head.subarray(0, bytes), entry.name);
      return `${dtype} [${shape.join(', ')}]`;
    } catch (cause) {
      // Texts and records are no numbers of ours, but no fault either.
      if (cause instanceof StackError) return `${entry.bytes ?? entry.storedBytes} bytes`;
      throw cause;
    }
  });
}

/** The JSON of an export of ours; null of an array that has the name only. */
async function metadataOf(file: StackFile, entry: ZipEntry): Promise<Facts | null> {
  const bytes = entry.bytes ?? 0;
  if (bytes < 12 || bytes > MOST_METADATA_BYTES) return null;
  return reading(file, entry, async (contents) => {
    const all = Buffer.alloc(bytes);
    await contents.read(all, 0);
    try {
      const facts: unknown = JSON.parse(all.subarray(10 + all.readUInt16LE(8)).toString());
      return typeof facts === 'object' ? (facts as Facts) : null;
    } catch {
      return null;
    }
  });
}

async function reading<Result>(
  file: StackFile,
  entry: ZipEntry,
  read: (contents: EntryContents) => Promise<Result>,
): Promise<Result> {
  const contents = await openEntry(file, entry);
  try {
    return await read(contents);
  } finally {
    contents.close();
  }
}
