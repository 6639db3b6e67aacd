import { describe, expect, test } from 'vitest';
import type { NewestPoints } from '#protocol/live.ts';
import { makeTrace } from '#protocol/trace-columns.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { PoorFits } from '../../../dashboard/store/poor-fits.ts';

/** Newest points of beads of which some fit poorly. */
function newest(beads: number[], poor: number[]): NewestPoints {
  const column = new Float64Array(beads.length);
  return {
    ...makeTrace(true, () => column),
    beads: Uint32Array.from(beads),
    status: Uint16Array.from(beads, (bead) => (poor.includes(bead) ? TRACK_STATUS['poor-fit'] : 0)),
    ...{ noiseXPx: column, noiseYPx: column, noiseZNm: column },
  };
}

/** What is said in so many messages, 20 a second. */
function said(fits: PoorFits, messages: number, beads: number[], poor: number[]): string[] {
  return Array.from({ length: messages }, () => fits.note(newest(beads, poor))).filter(
    (text) => text !== null,
  );
}

describe('poor fits', () => {
  test('are told once, after two seconds of them, beads together', () => {
    const fits = new PoorFits();
    expect(said(fits, 39, [3, 5, 8], [3, 8])).toEqual([]);
    expect(said(fits, 200, [3, 5, 8], [3, 8])).toEqual([
      expect.stringMatching(/^poor fit of beads 3, 8: their/),
    ]);
  });

  test('of a moment are not told, and neither are they told again after a moment of good ones', () => {
    const fits = new PoorFits();
    for (let turn = 0; turn < 10; turn++) {
      expect(said(fits, 20, [3], [3])).toEqual([]);
      expect(said(fits, 1, [3], [])).toEqual([]);
    }
    expect(said(fits, 40, [3], [3])).toEqual([expect.stringMatching(/^poor fit of bead 3: its image/)]);
    said(fits, 20, [3], []);
    expect(said(fits, 100, [3], [3])).toEqual([]);
  });

  test('are told again when they come back after two good seconds, and of a new bead of that number', () => {
    const fits = new PoorFits();
    said(fits, 40, [3], [3]);
    said(fits, 40, [3], []);
    expect(said(fits, 40, [3], [3])).toHaveLength(1);
    said(fits, 1, [], []);
    expect(said(fits, 40, [3], [3])).toHaveLength(1);
  });

  test('of very many beads name the first', () => {
    const beads = Array.from({ length: 30 }, (_, bead) => bead);
    expect(said(new PoorFits(), 40, beads, beads)[0]).toContain('beads 0, 1, 2, 3, 4, 5, 6, 7 and 22 more');
  });
});
