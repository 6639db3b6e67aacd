import { imageJNumber } from './tiff-description.ts';
import { attributeOf, numberOf } from './tiff-ome.ts';

/** Channel, plane and time of every page of a TIFF, each from 0. */
export interface TiffAxes {
  readonly channels: number;
  readonly planes: number;
  readonly times: number;
  /** [page] */
  readonly channel: Int32Array;
  readonly plane: Int32Array;
  readonly time: Int32Array;
}

/** Pages by `channel plane time`. */
function pagesByPlace({ channel, plane, time }: TiffAxes): Map<string, number> {
  const place = (page: number) => `${channel[page]} ${plane[page]} ${time[page]}`;
  return new Map(Array.from(channel, (_, page) => [place(page), page]));
}

/** Of a file that is cut off: beyond, a count was read from bytes that are none. */
const MOST_PAGES = 2 ** 24;

type Axis = 'C' | 'Z' | 'T';

/**
 * What the pages are, as the description of ImageJ or OME-XML says; absent when it says nothing, or of other pages.
 *
 * ImageJ: channels before slices before frames. OME: `DimensionOrder`, and `TiffData` where pages are in another order.
 * @param isCut whether the file may say more pages than there are; all it says are given
 * Source: ImageJ 1.x `ij.io.FileInfo`; OME-TIFF specification 6.
 */
export function axesOfPages(description: string, pages: number, isCut = false): TiffAxes | undefined {
  const count = (said: number) => said === pages || (isCut && said > pages && said <= MOST_PAGES);
  if (description.startsWith('ImageJ=')) return axesOfImageJ(description, count);
  if (description.includes('<OME')) return axesOfOme(description, count);
  return undefined;
}

/** Whether a file may have so many pages as a description says. */
type HasPages = (said: number) => boolean;

function axesOfImageJ(description: string, hasPages: HasPages): TiffAxes | undefined {
  const size = (key: string) => {
    const value = imageJNumber(description, key);
    return Number.isNaN(value) ? 1 : value;
  };
  return ordered({ C: size('channels'), Z: size('slices'), T: size('frames') }, ['C', 'Z', 'T'], hasPages);
}

function axesOfOme(xml: string, hasPages: HasPages): TiffAxes | undefined {
  // Of several images, a page may belong to any.
  const [pixels, second] = xml.match(/<Pixels\b[^>]*>/g) ?? [];
  if (!pixels || second) return undefined;
  const size = (name: string) => numberOf(pixels, name, 1);
  const sizes = { C: size('SizeC'), Z: size('SizeZ'), T: size('SizeT') };
  const order = attributeOf(pixels, 'DimensionOrder')?.slice(2).split('') ?? [];
  if ([...order].sort().join('') !== 'CTZ') return undefined;
  const axes = ordered(sizes, order as Axis[], hasPages);
  return axes && placed(axes, xml);
}

function ordered(
  sizes: Record<Axis, number>,
  order: readonly Axis[],
  hasPages: HasPages,
): TiffAxes | undefined {
  const { C: channels, Z: planes, T: times } = sizes;
  const pages = channels * planes * times;
  if (!hasPages(pages)) return undefined;
  const along = (axis: Axis) => {
    const stride = order
      .slice(0, order.indexOf(axis))
      .reduce((product, before) => product * sizes[before], 1);
    return Int32Array.from({ length: pages }, (_, page) => Math.floor(page / stride) % sizes[axis]);
  };
  return { channels, planes, times, channel: along('C'), plane: along('Z'), time: along('T') };
}

/** Moves the pages to which `TiffData` gives another place than their order. */
function placed(axes: TiffAxes, xml: string): TiffAxes | undefined {
  const { channel, plane, time } = axes;
  const pages = channel.length;
  const pageOf = pagesByPlace(axes);
  const taken = new Int32Array(pages).fill(-1);
  let said = 0;
  for (const [tag] of xml.matchAll(/<TiffData\b[^>]*>/g)) {
    const first = ['FirstC', 'FirstZ', 'FirstT'].map((name) => numberOf(tag, name, 0)).join(' ');
    const start = pageOf.get(first);
    const hasPage = attributeOf(tag, 'IFD') !== undefined;
    const ifd = numberOf(tag, 'IFD', 0);
    const count = numberOf(tag, 'PlaneCount', hasPage ? 1 : pages);
    // Of pages in other files, or of some that are not there, nothing is known.
    if (start === undefined || ifd + count > pages || start + count > pages) return undefined;
    for (let at = 0; at < count; at++) taken[ifd + at] = start + at;
    said += count;
  }
  if (said === 0) return axes;
  if (new Set(taken).size !== pages || taken.includes(-1)) return undefined;
  const moved = (along: Int32Array) => taken.map((place) => along[place]!);
  return { ...axes, channel: moved(channel), plane: moved(plane), time: moved(time) };
}

/** [page] what the `Plane` of each page says, NaN where it says nothing. */
export function valuesOfPlanes(xml: string, axes: TiffAxes, value: (tag: string) => number): Float64Array {
  const values = new Float64Array(axes.channel.length).fill(Number.NaN);
  const pageOf = pagesByPlace(axes);
  for (const [tag] of xml.matchAll(/<Plane\b[^>]*>/g)) {
    const place = ['TheC', 'TheZ', 'TheT'].map((name) => numberOf(tag, name, 0)).join(' ');
    const page = pageOf.get(place);
    if (page !== undefined) values[page] = value(tag);
  }
  return values;
}
