import { z } from 'zod';
import { ListSums } from '#calcium/list-sums.ts';
import type { WholeCounts } from '#calcium/pixel-kernel.ts';
import { cellPixels, type PixelLists, ringPixels } from './cell-pixels.ts';
import { defineCalciumStage } from './define.ts';

interface RoiTraces {
  cells: PixelLists;
  /** Null where the light around cells is not subtracted. */
  rings: PixelLists | null;
  share: number;
  /** Of the cells, then of their rings; null before the first frame of whole counts. */
  sums: ListSums | null;
}

/**
 * Mean of the pixels of every cell, less its share of the light in the ring around it.
 *
 * Where cells stand so close that a ring has no pixel, `neuropil` is NaN and `counts` keep that light: one crowded
 * cell does not stop the others.
 */
export const roiTraces = defineCalciumStage({
  name: 'roi-traces',
  title: 'Cell traces',
  source:
    'Notebook of multi-pixel traces; neuropil as suite2p (Pachitariu et al. 2017, doi 10.1101/061507). Differs: pixels of other cells are in no ring.',
  params: z.object({}),
  reads: [],
  writes: ['counts', 'neuropil'],

  start({ map, neuropil }): RoiTraces {
    const cells = cellPixels(map);
    const rings = neuropil && ringPixels(map, cells, neuropil);
    return { cells, rings, share: neuropil?.share ?? 0, sums: null };
  },

  step({ pixels, columns }, state) {
    const { cells, rings, share } = state;
    const { counts, neuropil } = columns;
    if (pixels instanceof Float32Array) {
      means(pixels, cells, counts);
      if (rings) means(pixels, rings, neuropil);
    } else wholeMeans(pixels, state, counts, neuropil);
    if (!rings) return;
    for (let cell = 0; cell < counts.length; cell++) {
      const light = neuropil[cell]!;
      if (!Number.isNaN(light)) counts[cell]! -= share * light;
    }
  },
});

/** The same by the kernel, to the bit. */
function wholeMeans(values: WholeCounts, state: RoiTraces, counts: Float64Array, neuropil: Float64Array) {
  const { cells, rings } = state;
  state.sums ??= rings ? new ListSums(...joined(cells, rings)) : new ListSums(cells.pixels, cells.starts);
  const sums = state.sums.of(values);
  divide(sums, 0, cells, counts);
  if (rings) divide(sums, counts.length, rings, neuropil);
}

/** Pixels and starts of both, one after the other. */
function joined(first: PixelLists, second: PixelLists): [Int32Array, Int32Array] {
  const { length } = first.pixels;
  const pixels = new Int32Array(length + second.pixels.length);
  pixels.set(first.pixels);
  pixels.set(second.pixels, length);
  const starts = new Int32Array(first.starts.length + second.starts.length - 1);
  starts.set(
    second.starts.map((start) => length + start),
    first.starts.length - 1,
  );
  starts.set(first.starts);
  return [pixels, starts];
}

/** Sums from `from` on by the pixels of their lists. */
function divide(sums: Float64Array, from: number, { starts }: PixelLists, into: Float64Array): void {
  for (let cell = 0; cell < into.length; cell++) {
    into[cell] = sums[from + cell]! / (starts[cell + 1]! - starts[cell]!);
  }
}

/** Four sums side by side: one alone waits for each of its additions. NaN for a list without a pixel, or with one that is not finite. */
function means(values: Float32Array, { pixels, starts }: PixelLists, into: Float64Array): void {
  for (let cell = 0; cell < into.length; cell++) {
    const first = starts[cell]!;
    const end = starts[cell + 1]!;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let at = first;
    for (; at + 4 <= end; at += 4) {
      a += values[pixels[at]!]!;
      b += values[pixels[at + 1]!]!;
      c += values[pixels[at + 2]!]!;
      d += values[pixels[at + 3]!]!;
    }
    for (; at < end; at++) a += values[pixels[at]!]!;
    const mean = (a + b + (c + d)) / (end - first);
    // What is remembered of a trace can leave out NaN, but not an infinity.
    into[cell] = Number.isFinite(mean) ? mean : Number.NaN;
  }
}
