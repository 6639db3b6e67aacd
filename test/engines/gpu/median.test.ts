import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { createRandom } from '#simulation/random.ts';
import { parsePlan } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { emptyTable } from '../../support/ring-beads.ts';
import { expectSameTracks, tracksBy } from './gpu-tracks.ts';

const skipReason = gpuSkipReason();

// px: of a few counts of contrast, half a count in the median moves a center by over 0.01.
const EXACT = { px: 1e-5, zNm: 0, score: 0, profileShare: 0 };

/**
 * An ROI whose middle pixels in order of counts are `below` and `above`, one apart in the order; other pixels lie at
 * most 5 counts from these, so that the median is seen in the center.
 */
function roiAround(below: number, above: number, size: number, seed: number, full: number): Uint16Array {
  const random = createRandom(seed);
  const pixels = new Uint16Array(size * size);
  const half = Math.ceil(pixels.length / 2);
  for (let rank = 0; rank < pixels.length; rank++) {
    const away = Math.floor(6 * random.uniform());
    if (rank < half - 1) pixels[rank] = Math.max(0, below - away);
    else if (rank === half - 1) pixels[rank] = below;
    else pixels[rank] = Math.min(full, above + away);
  }
  if (half < pixels.length) pixels[half] = above;
  for (let at = pixels.length - 1; at > 0; at--) {
    const other = Math.floor((at + 1) * random.uniform());
    [pixels[at], pixels[other]] = [pixels[other]!, pixels[at]!];
  }
  return pixels;
}

describe.skipIf(skipReason)(`the median of 16 bits${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: GpuEngine;
  let card: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
    card = await createGpuEngine({ lanes: 64 });
  });
  afterAll(async () => {
    await engine.close();
    await card.close();
  });

  test.each([
    ['mono12', 4095, 12],
    ['mono12', 4095, 13],
    ['mono16', 65535, 12],
    ['mono16', 65535, 13],
  ] as const)(
    'is exact on %s up to %i counts in ROIs of %i px, wherever it lies',
    async (pixelFormat, full, size) => {
      const middles = [
        [0, 0],
        [0, 1],
        [3, 3],
        // The two middle pixels differ in their upper byte, next to one another or far apart.
        [0x00ff, 0x0100],
        [0x00fe, 0x01ff],
        [0x0700, 0x0800],
        [0x07ff, 0x0801],
        [0x0eff, 0x0f00],
        [100, full - 100],
        [full - 1, full],
        [full, full],
      ];
      if (full === 65535) middles.push([0x7fff, 0x8000], [0xfeff, 0xff00], [0x00ff, 0xff00]);
      const frames = middles.map(([below, above], index) => {
        return roiAround(below!, above!, size, 361 + index, full).buffer as ArrayBuffer;
      });
      const setup = {
        plan: parsePlan([{ stage: 'center-of-mass', params: { background: 'median' } }]),
        width: size,
        height: size,
        pixelFormat,
        rois: [{ bead: 0, left: 0, top: 0, size }],
        zLuts: [],
        zLutOfBead: [-1],
        profiles: false,
      };
      const want = await tracksBy(createReferenceEngine(), setup, frames);
      expect([...want.xPx].every(Number.isFinite)).toBe(true);
      for (const by of [engine, card]) expectSameTracks(await tracksBy(by, setup, frames), want, EXACT);

      // Half a count less is a center elsewhere, so that a median that is off would be seen.
      for (const [index, frame] of frames.entries()) {
        const [below, above] = middles[index]!;
        const at = new Uint16Array(frame);
        const level = (below! + (size % 2 ? below! : above!)) / 2 - 0.5;
        let mass = 0;
        let moment = 0;
        for (const [pixel, counts] of at.entries()) {
          mass += Math.abs(counts - level);
          moment += Math.abs(counts - level) * (pixel % size);
        }
        const moved = Math.abs(moment / mass - want.xPx[index]!);
        if (above! - below! < 300) expect(moved, `${below}, ${above}`).toBeGreaterThan(10 * EXACT.px);
      }
      expect(emptyTable(setup, 1).radii).toBe(0);
    },
  );
});
