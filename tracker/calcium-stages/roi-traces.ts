import { z } from 'zod';
import type { Pixels } from '#protocol/pixel-format.ts';
import { cellPixels, type PixelLists, ringPixels } from './cell-pixels.ts';
import { defineCalciumStage } from './define.ts';

interface RoiTraces {
  cells: PixelLists;
  /** Null where the light around cells is not subtracted. */
  rings: PixelLists | null;
  share: number;
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
    return { cells, rings: neuropil && ringPixels(map, cells, neuropil), share: neuropil?.share ?? 0 };
  },

  step({ pixels, columns }, { cells, rings, share }) {
    const { counts, neuropil } = columns;
    means(pixels, cells, counts);
    if (!rings) return;
    means(pixels, rings, neuropil);
    for (let cell = 0; cell < counts.length; cell++) {
      const light = neuropil[cell]!;
      if (!Number.isNaN(light)) counts[cell]! -= share * light;
    }
  },
});

/** Four sums side by side: one alone waits for each of its additions. NaN for a list without a pixel, or with one that is not finite. */
function means(values: Pixels, { pixels, starts }: PixelLists, into: Float64Array): void {
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
