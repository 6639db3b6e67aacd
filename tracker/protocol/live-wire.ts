import { Packr, Unpackr } from 'msgpackr';

// Browser and tracker both run msgpackr, so typed arrays may travel as its extension types.
const packr = new Packr({ useRecords: false, moreTypes: true });
const unpackr = new Unpackr({ useRecords: false, moreTypes: true });

/** Bytes of a message between tracker and dashboard. */
export function packLive(message: object): Uint8Array {
  return packr.pack(message);
}

/** The value of a message between tracker and dashboard, unchecked. */
export function unpackLive(bytes: Uint8Array): unknown {
  return unpackr.unpack(bytes);
}
