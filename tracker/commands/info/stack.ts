import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { StackError } from '#protocol/errors.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import type { Facts, Place, Probe } from './probe.ts';

/** What is known of a stack. */
export type StackFacts = {
  frames: number;
  width: number;
  height: number;
  pixelFormat: PixelFormat;
  /** What is missing of one that is cut off; `no` of a whole one. */
  cut: string;
  times: Facts | string;
  planeZNm: Facts | string;
};

/** Pixels in any format that can be tracked. */
export const stackProbe = {
  kind: 'stack',
  async read({ path, isFolder, head }: Place): Promise<StackFacts | null> {
    const stack = await openStack(path).catch((cause: unknown) => {
      if (cause instanceof StackError && (isFolder || !isPixels(head))) return null;
      throw cause;
    });
    if (!stack) return null;
    try {
      const { width, height, pixelFormat, frames, cut, timeNs, planeZNm } = stack;
      return {
        ...{ frames, width, height, pixelFormat },
        cut: cut ?? 'no',
        times: timeNs ? { lastS: Number(timeNs.at(-1)) / 1e9, framesPerS: rate(timeNs) } : 'not said',
        planeZNm: planeZNm ? rangeOf(planeZNm) : 'not said',
      };
    } finally {
      await stack.close();
    }
  },
} satisfies Probe;

/** TIFF, PNG, JPEG: nothing but pixels, so that one which cannot be read is broken. */
function isPixels(head: Uint8Array): boolean {
  const start = Buffer.from(head.subarray(0, 4)).toString('latin1');
  return ['II*\0', 'II+\0', 'MM\0*', 'MM\0+', '\x89PNG'].includes(start) || start.startsWith('\xff\xd8\xff');
}

function rate(timeNs: BigInt64Array): number | null {
  const lastS = Number(timeNs.at(-1)! - timeNs[0]!) / 1e9;
  return lastS > 0 ? (timeNs.length - 1) / lastS : null;
}

function rangeOf(values: Float64Array): Facts {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [min, max] = [Math.min(min, value), Math.max(max, value)];
  return { min, max, planes: new Set(values).size };
}
