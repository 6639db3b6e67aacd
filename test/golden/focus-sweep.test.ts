import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '#engines/reference.ts';
import type { FrameShape } from '#protocol/pixel-format.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { buildZLut, type SweepFrame } from '#zlut-tools/build.ts';

const FOLDER = new URL('../../../shared/data/real/mt_zsweep_vannoort_024/', import.meta.url);
const shape: FrameShape = { width: 100, height: 100, pixelFormat: 'mono8' };
const roi = { bead: 0, left: 0, top: 0, size: 100 };
const plan = parsePlan(MAGTRACK_PLAN);

interface Expected {
  sweep: {
    focus_um: number[];
    x: (number | null)[];
    y: (number | null)[];
    x_mt073: (number | null)[] | null;
    y_mt073: (number | null)[] | null;
  };
}

function readSweep() {
  const { sweep } = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Expected;
  const movie = readFileSync(new URL('data_024ROI.bin', FOLDER));
  const frames = sweep.focus_um.map((focusUm, frame): SweepFrame => {
    return {
      pixels: new Uint8Array(movie.subarray(frame * 10_000, (frame + 1) * 10_000)),
      planeZNm: focusUm * 1000,
    };
  });
  return { frames, x: sweep.x_mt073 ?? sweep.x, y: sweep.y_mt073 ?? sweep.y };
}

async function* inOrder(frames: SweepFrame[]): AsyncGenerator<SweepFrame> {
  yield* frames;
}

const rms = (errors: number[]) =>
  Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);

describe.skipIf(!existsSync(FOLDER))('a real focus sweep, van Noort lab (skips without ../shared)', () => {
  test('odd frames are found in the Z-LUT of the even ones', async () => {
    const { frames, x, y } = readSweep();
    const engine = createReferenceEngine();
    const even = frames.filter((_, frame) => frame % 2 === 0);
    const { zLut, rejected } = await buildZLut(inOrder(even), {
      engine,
      plan,
      shape,
      roi,
      name: 'sweep 024',
    });
    expect([zLut.planes, rejected]).toEqual([126, 0]);

    await engine.configure({ ...shape, plan, rois: [roi], zLuts: [zLut], zLutOfBead: [0], profiles: false });
    const odd = frames.flatMap((frame, index) => (index % 2 === 1 ? [{ ...frame, index }] : []));
    const table = createTrackTable(odd.length, 1);
    await engine.track(
      odd.map(({ pixels }) => pixels.slice().buffer),
      table,
    );
    const zErrors: number[] = [];
    const xyErrors: number[] = [];
    for (const [row, { planeZNm, index }] of odd.entries()) {
      if (!Number.isNaN(table.zNm[row]!)) zErrors.push(table.zNm[row]! - planeZNm);
      if (x[index] != null) xyErrors.push(Math.abs(table.xPx[row]! - x[index]));
      if (y[index] != null) xyErrors.push(Math.abs(table.yPx[row]! - y[index]));
    }
    // Of 125 odd frames the library loses 5 near the ends of the Z-LUT; its own rms is 60 nm.
    expect(zErrors.length).toBe(120);
    expect(rms(zErrors)).toBeLessThan(100 /* nm */);
    expect(xyErrors.length).toBe(250);
    expect(Math.max(...xyErrors)).toBeLessThan(0.02 /* px */);
  });
});
