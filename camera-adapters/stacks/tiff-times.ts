import { type TiffAxes, valuesOfPlanes } from './tiff-axes.ts';
import { imageJNumber } from './tiff-description.ts';
import type { TiffIndex } from './tiff-index.ts';
import { attributeOf, numberOf } from './tiff-ome.ts';

const NS_PER_UNIT: Readonly<Record<string, number>> = {
  s: 1e9,
  ms: 1e6,
  µs: 1e3,
  μs: 1e3,
  us: 1e3,
  ns: 1,
  min: 60e9,
  h: 3600e9,
};

/** When pages were taken. */
export interface PageTimes {
  /** [page] */
  readonly ns: Float64Array;
  /** Of each page itself: a clock may be slower than a camera, so that neighbors have the same. */
  readonly measured: boolean;
}

/**
 * Times of the pages, as the description of a TIFF says; absent when it does not.
 *
 * ImageJ: `finterval=` s. OME-XML: `DeltaT` of every plane, or else `TimeIncrement`.
 * Source: ImageJ 1.x `ij.io.FileInfo`; OME-TIFF specification 6.
 */
export function timesOfPages(description: string, axes: TiffAxes): PageTimes | undefined {
  if (!description.startsWith('ImageJ=')) return timesOfOme(description, axes);
  return everyStep(axes, imageJNumber(description, 'finterval') * NS_PER_UNIT.s!);
}

function timesOfOme(xml: string, axes: TiffAxes): PageTimes | undefined {
  const unitOf = (tag: string, name: string) => NS_PER_UNIT[attributeOf(tag, name) ?? 's'] ?? Number.NaN;
  const times = valuesOfPlanes(xml, axes, (tag) => numberOf(tag, 'DeltaT') * unitOf(tag, 'DeltaTUnit'));
  if (times.every(Number.isFinite)) return { ns: times, measured: true };
  const pixels = /<Pixels\b[^>]*>/.exec(xml)![0];
  return everyStep(axes, numberOf(pixels, 'TimeIncrement') * unitOf(pixels, 'TimeIncrementUnit'));
}

/** Times of the pages by the tags of Micro-Manager or MetaMorph; absent where one has none. */
export function timesOfPrograms({ pages, planesMs }: TiffIndex): PageTimes | undefined {
  const ms = planesMs ?? Float64Array.from(pages, ({ acquired }) => acquired?.timeMs ?? Number.NaN);
  return ms.every(Number.isFinite)
    ? { ns: ms.map((each) => each * NS_PER_UNIT.ms!), measured: true }
    : undefined;
}

const everyStep = ({ time }: TiffAxes, stepNs: number): PageTimes | undefined =>
  stepNs > 0 ? { ns: Float64Array.from(time, (index) => index * stepNs), measured: false } : undefined;

/** [frame] ns since the first of these pages; absent where they do not follow one another in time, as planes that share one. */
export function timesOfFrames(
  { ns, measured }: PageTimes,
  pages: readonly number[],
): BigInt64Array | undefined {
  const start = ns[pages[0]!]!;
  const isAfter = (page: number, last: number) =>
    ns[page]! > ns[last]! || (measured && ns[page] === ns[last]);
  if (!pages.every((page, frame) => frame === 0 || isAfter(page, pages[frame - 1]!))) return undefined;
  if (pages.length > 1 && ns[pages.at(-1)!] === start) return undefined;
  return BigInt64Array.from(pages, (page) => BigInt(Math.round(ns[page]! - start)));
}
