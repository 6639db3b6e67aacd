import type { WasmLayout } from './layout.ts';

/** A setup as a thread needs it. */
export interface SetupRecord {
  layout: WasmLayout;
  /** Scratch of thread n begins n `scratchStride` after it. */
  scratchAddress: number;
  scratchStride: number;
}

const NUMBERS = 9;

export const SETUP_RECORD_BYTES = NUMBERS * 8;

/** @param address a multiple of 8 */
export function writeSetupRecord(buffer: ArrayBufferLike, address: number, record: SetupRecord): void {
  const { layout, scratchAddress, scratchStride } = record;
  new Float64Array(buffer, address, NUMBERS).set([
    layout.address,
    layout.bytes,
    layout.scratchBytes,
    layout.beads,
    layout.saturation,
    Number(layout.looksUpZ),
    Number(layout.keepsDark),
    scratchAddress,
    scratchStride,
  ]);
}

export function readSetupRecord(buffer: ArrayBufferLike, address: number): SetupRecord {
  const values = new Float64Array(buffer, address, NUMBERS);
  return {
    layout: {
      address: values[0]!,
      bytes: values[1]!,
      scratchBytes: values[2]!,
      beads: values[3]!,
      saturation: values[4]!,
      looksUpZ: values[5] !== 0,
      keepsDark: values[6] !== 0,
    },
    scratchAddress: values[7]!,
    scratchStride: values[8]!,
  };
}
