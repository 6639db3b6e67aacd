import { describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createRandom } from '#simulation/random.ts';
import { findPasses } from '#zlut-tools/passes.ts';
import { judgeFrames } from '#zlut-tools/rejection.ts';
import type { SweepTracks } from '#zlut-tools/sweep-tracks.ts';

const PLANES = 12;
const EACH = 6;
const RADII = 20;
const FRAMES = PLANES * EACH;

/** Tracks of one bead whose rings widen with z, with some noise. */
function cleanTracks(): SweepTracks {
  const random = createRandom(11);
  const frames = Array.from({ length: FRAMES }, (_, frame) => frame);
  const plane = (frame: number) => Math.floor(frame / EACH);
  return {
    ...{ frames: FRAMES, beads: 1, radii: RADII, frame: frames },
    planeZNm: frames.map((frame) => plane(frame) * 50),
    pass: frames.map(() => undefined),
    timeS: frames.map((frame) => frame / 100),
    xPx: frames.map(() => Float64Array.of(30 + 0.1 * random.normal())),
    yPx: frames.map(() => Float64Array.of(40 + 0.1 * random.normal())),
    status: frames.map(() => new Uint16Array(1)),
    profiles: frames.map((frame) =>
      Float32Array.from(
        { length: RADII },
        (_, radius) => 100 + 30 * Math.cos(radius / 2 - plane(frame) / 4) + random.normal(),
      ),
    ),
  };
}

const judge = (tracks: SweepTracks, drift: Parameters<typeof judgeFrames>[3] = null) =>
  judgeFrames(tracks, findPasses(tracks.planeZNm, tracks.pass, tracks.timeS), 0, drift);
const SPOILED = 27;

describe('frames of a sweep', () => {
  test('good ones are all used', () => {
    const { used, counts } = judge(cleanTracks());
    expect(used.every((one) => one === 1)).toBe(true);
    expect(Object.values(counts).every((count) => count === 0)).toBe(true);
  });

  test.each([
    ['lost', (tracks: SweepTracks) => tracks.yPx[SPOILED]!.fill(Number.NaN)],
    ['roi-edge', (tracks: SweepTracks) => tracks.status[SPOILED]!.fill(TRACK_STATUS['roi-edge'])],
    ['jump', (tracks: SweepTracks) => tracks.xPx[SPOILED]!.fill(32)],
    [
      'dim',
      (tracks: SweepTracks) => {
        tracks.profiles[SPOILED] = tracks.profiles[SPOILED]!.map((counts) => 0.6 * counts);
      },
    ],
    [
      'blur',
      (tracks: SweepTracks) => {
        tracks.profiles[SPOILED] = tracks.profiles[SPOILED]!.map((counts) => 100 + 0.6 * (counts - 100));
      },
    ],
    [
      'outlier',
      (tracks: SweepTracks) => {
        tracks.profiles[SPOILED] = tracks.profiles[SPOILED]!.map(
          (_, radius) => 100 + 30 * Math.cos(radius / 2 - 4),
        );
      },
    ],
  ] as const)('one that is %s is left out, and no other', (rule, spoil) => {
    const tracks = cleanTracks();
    spoil(tracks);
    const { used, counts } = judge(tracks);
    expect(counts).toEqual({ lost: 0, 'roi-edge': 0, jump: 0, dim: 0, blur: 0, outlier: 0, [rule]: 1 });
    expect([...used.keys()].filter((frame) => used[frame] === 0)).toEqual([SPOILED]);
  });

  test('a jump of the whole field, told by the references, is none of the bead', () => {
    const tracks = cleanTracks();
    tracks.xPx[SPOILED]!.fill(33);
    const drift = { xPx: new Float64Array(FRAMES), yPx: new Float64Array(FRAMES) };
    drift.xPx[SPOILED] = 3;
    expect(judge(tracks).counts.jump).toBe(1);
    expect(judge(tracks, drift).counts.jump).toBe(0);
  });

  test('a flicker of the lamp by a tenth is no outlier', () => {
    const tracks = cleanTracks();
    tracks.profiles[SPOILED] = tracks.profiles[SPOILED]!.map((counts) => counts + 10);
    expect(judge(tracks).used[SPOILED]).toBe(1);
  });
});
