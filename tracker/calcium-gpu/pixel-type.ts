import type { NdValues } from '#calcium/nd-array.ts';
import { readKernelText } from './kernel.ts';

/** How the kernels read pixels. */
export interface PixelType {
  readonly bytes: 1 | 2 | 4;
  readonly isSigned: boolean;
  readonly isFloat: boolean;
}

export const FLOAT32: PixelType = { bytes: 4, isSigned: false, isFloat: true };

/** How pixels are read; null for float64, which the kernels do not have. */
export function pixelTypeOf(values: NdValues): PixelType | null {
  if (values instanceof Float64Array) return null;
  if (values instanceof Float32Array) return FLOAT32;
  const isSigned =
    values instanceof Int8Array || values instanceof Int16Array || values instanceof Int32Array;
  return { bytes: values.BYTES_PER_ELEMENT as PixelType['bytes'], isSigned, isFloat: false };
}

/** WGSL that reads pixels of this type from the binding `source`. */
export function composePixelReader({ bytes, isSigned, isFloat }: PixelType): string {
  const signBit = isSigned ? 2 ** (8 * bytes - 1) : 0;
  return [
    `const pixelBits = ${8 * bytes}u;`,
    `const signBit = ${signBit}u;`,
    `const isFloat = ${isFloat};`,
    readKernelText('pixel-values'),
  ].join('\n');
}
