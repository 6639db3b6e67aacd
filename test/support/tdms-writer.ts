/** A channel, group or the root in a segment; values are absent for one without raw data, `same` as before. */
export interface TdmsWritten {
  /** As in the file: `/'group'/'channel'`. */
  path: string;
  properties?: Record<string, number | string | boolean>;
  type?: keyof typeof TYPES;
  values?: readonly (number | bigint | string)[];
  same?: boolean;
}

export interface TdmsWriting {
  bigEndian?: boolean;
  interleaved?: boolean;
  /** Whether the list of objects begins anew; so by default. */
  newList?: boolean;
  /** Raw data alone, laid out as in the segment before. */
  withoutDescription?: boolean;
  /** The next segment is not known, as while this one is written. */
  unfinished?: boolean;
  /** How often the values are repeated, as chunks. */
  chunks?: number;
}

const TYPES = {
  i1: [1, 1],
  i2: [2, 2],
  i4: [3, 4],
  i8: [4, 8],
  u1: [5, 1],
  u2: [6, 2],
  u4: [7, 4],
  u8: [8, 8],
  f4: [9, 4],
  f8: [10, 8],
  string: [0x20, 0],
  boolean: [0x21, 1],
  timestamp: [0x44, 16],
  complex: [0x08000c, 8],
  extended: [11, 16],
  daqmx: [0xffffffff, 0],
} as const;

/** Bytes of a TDMS segment, written from the specification of National Instruments and not from our reader. */
export function writeTdmsSegment(objects: readonly TdmsWritten[], writing: TdmsWriting = {}): Buffer {
  const { bigEndian = false, interleaved = false, newList = true, chunks = 1 } = writing;
  const word = wordsOf(bigEndian);
  const description = writing.withoutDescription ? [] : [word(objects.length, 4), ...objects.map(describe)];
  const withValues = objects.filter(({ values }) => values);
  const chunk = interleaved ? rows() : Buffer.concat(withValues.map(valuesOf));
  const raw = Buffer.concat(Array.from({ length: chunks }, () => chunk));
  const head = Buffer.concat(description);
  const toc =
    (writing.withoutDescription ? 0 : 2) +
    (newList ? 4 : 0) +
    (raw.length > 0 ? 8 : 0) +
    (interleaved ? 0x20 : 0) +
    (bigEndian ? 0x40 : 0);
  const tocBytes = Buffer.alloc(4);
  tocBytes.writeUInt32LE(toc);
  const next = writing.unfinished ? 0xffff_ffff_ffff_ffffn : BigInt(head.length + raw.length);
  const leadIn = [Buffer.from('TDSm'), tocBytes, word(4713, 4), word(next, 8), word(head.length, 8)];
  return Buffer.concat([...leadIn, head, raw]);

  function describe({ path, properties = {}, type, values, same }: TdmsWritten): Buffer {
    const parts = [text(path)];
    if (same) parts.push(word(0, 4));
    else if (!values || !type) parts.push(word(0xffffffff, 4));
    else if (type === 'daqmx') parts.push(word(0x1269, 4));
    else {
      const size = type === 'string' ? [word(valuesOf({ path, type, values }).length, 8)] : [];
      parts.push(word(type === 'string' ? 28 : 20, 4), word(TYPES[type][0], 4), word(1, 4));
      parts.push(word(values.length, 8), ...size);
    }
    parts.push(word(Object.keys(properties).length, 4));
    for (const [key, value] of Object.entries(properties)) parts.push(text(key), property(value));
    return Buffer.concat(parts);
  }

  function property(value: number | string | boolean): Buffer {
    if (typeof value === 'string') return Buffer.concat([word(0x20, 4), text(value)]);
    if (typeof value === 'boolean') return Buffer.concat([word(0x21, 4), word(value ? 1 : 0, 1)]);
    return Buffer.concat([word(10, 4), number(value, 'f8')]);
  }

  function text(letters: string): Buffer {
    const bytes = Buffer.from(letters);
    return Buffer.concat([word(bytes.length, 4), bytes]);
  }

  function valuesOf({ type, values = [] }: TdmsWritten): Buffer {
    if (type !== 'string')
      return Buffer.concat(values.map((value) => number(value as number | bigint, type!)));
    const letters = values.map((value) => Buffer.from(value as string));
    let end = 0;
    const ends = letters.map((each) => {
      end += each.length;
      return word(end, 4);
    });
    return Buffer.concat([...ends, ...letters]);
  }

  function rows(): Buffer {
    const length = withValues[0]?.values?.length ?? 0;
    return Buffer.concat(
      Array.from({ length }, (_, row) =>
        withValues.map(({ type, values }) => number(values![row] as number, type!)),
      ).flat(),
    );
  }

  function number(value: number | bigint, type: keyof typeof TYPES): Buffer {
    const bytes = Buffer.alloc(TYPES[type][1]);
    if (type === 'f4') bigEndian ? bytes.writeFloatBE(Number(value)) : bytes.writeFloatLE(Number(value));
    else if (type === 'f8')
      bigEndian ? bytes.writeDoubleBE(Number(value)) : bytes.writeDoubleLE(Number(value));
    else if (type === 'timestamp') {
      // In units of 2^-64 s since 1904: one number of 128 bits, the seconds above the fraction.
      const [low, high] = [BigInt.asUintN(64, BigInt(value)), BigInt.asUintN(64, BigInt(value) >> 64n)];
      return Buffer.concat(bigEndian ? [word(high, 8), word(low, 8)] : [word(low, 8), word(high, 8)]);
    } else return word(value, bytes.length);
    return bytes;
  }
}

/** Writes whole numbers of 1 to 16 bytes in a byte order; negative ones as two's complement. */
function wordsOf(bigEndian: boolean): (value: number | bigint, bytes: number) => Buffer {
  return (value, bytes) => {
    let rest = BigInt.asUintN(8 * bytes, BigInt(value));
    const word = Buffer.alloc(bytes);
    for (let at = 0; at < bytes; at++, rest >>= 8n)
      word[bigEndian ? bytes - 1 - at : at] = Number(rest & 255n);
    return word;
  };
}
