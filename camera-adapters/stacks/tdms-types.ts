import type { NpyDtype } from '#protocol/npy.ts';

/** How a kind of TDMS values is stored. */
export interface TdmsType {
  readonly name: string;
  /** Bytes of a value; 0 for strings, which differ in length. */
  readonly bytes: number;
  /** Its numbers as NumPy names them; absent for those that are none of ours. */
  readonly dtype?: NpyDtype;
}

/** Of its words: 16 bytes, a fraction of a second in 2^-64 s and the seconds since 1904. */
export const TIMESTAMP: TdmsType = { name: 'timestamp', bytes: 16 };
export const STRING: TdmsType = { name: 'string', bytes: 0 };

const F4: TdmsType = { name: 'single', bytes: 4, dtype: 'f4' };
const F8: TdmsType = { name: 'double', bytes: 8, dtype: 'f8' };

/** Types by their number in a file; those whose size differs between machines are absent. */
const TYPES: Readonly<Record<number, TdmsType>> = {
  1: { name: 'int8', bytes: 1, dtype: 'i1' },
  2: { name: 'int16', bytes: 2, dtype: 'i2' },
  3: { name: 'int32', bytes: 4, dtype: 'i4' },
  4: { name: 'int64', bytes: 8, dtype: 'i8' },
  5: { name: 'uint8', bytes: 1, dtype: 'u1' },
  6: { name: 'uint16', bytes: 2, dtype: 'u2' },
  7: { name: 'uint32', bytes: 4, dtype: 'u4' },
  8: { name: 'uint64', bytes: 8, dtype: 'u8' },
  9: F4,
  10: F8,
  // With a unit, which stands among the properties.
  25: F4,
  26: F8,
  32: STRING,
  33: { name: 'boolean', bytes: 1, dtype: 'u1' },
  68: TIMESTAMP,
  524300: { name: 'complex single', bytes: 8 },
  1048589: { name: 'complex double', bytes: 16 },
};

const UNREAD: Readonly<Record<number, string>> = {
  11: 'extended-precision floats',
  27: 'extended-precision floats',
  79: 'fixed-point numbers',
  4294967295: 'raw values of DAQmx',
};

export function tdmsType(number: number): TdmsType | undefined {
  return TYPES[number];
}

/** What a type we do not read is called. */
export function unreadTypeName(number: number): string {
  return UNREAD[number] ?? `values of type ${number}`;
}

/** s from the start of 1904, from which LabVIEW counts, to that of 1970. */
const EPOCH_S = 2_082_844_800n;
const NS_PER_S = 1_000_000_000n;

/** ns since 1970, rounded down, of a timestamp of LabVIEW. */
export function timestampNs(seconds: bigint, fraction: bigint): bigint {
  return (seconds - EPOCH_S) * NS_PER_S + ((fraction * NS_PER_S) >> 64n);
}
