import { describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createRandom } from '#simulation/random.ts';
import { findPasses } from '#zlut-tools/passes.ts';
import { judgeFrames } from '#zlut-tools/rejection.ts';
import type { BeadTracks } from '#zlut-tools/sweep-tracks.ts';

const PLANES = 12;
const EACH = 6;
const RADII = 20;
const FRAMES = PLANES * EACH;

const plane = (frame: number) => Math.floor(frame / EACH);
const frames = Array.from({ length: FRAMES }, (_, frame) => frame);
const passes = findPasses(
  frames.map((frame) => plane(frame) * 50),
  frames.map(() => undefined),
  frames.map((frame) => frame / 100),
);

/** Tracks of a bead whose rings widen with z, with some noise. */
function cleanTracks(): BeadTracks {
  const random = createRandom(11);
  return {
    xPx: Float64Array.from(frames, () => 30 + 0.1 * random.normal()),
    yPx: Float64Array.from(frames, () => 40 + 0.1 * random.normal()),
    ...{ leftPx: new Uint16Array(FRAMES), topPx: new Uint16Array(FRAMES), status: new Uint16Array(FRAMES) },
    profiles: frames.map((frame) =>
      Float32Array.from(
        { length: RADII },
        (_, radius) => 100 + 30 * Math.cos(radius / 2 - plane(frame) / 4) + random.normal(),
      ),
    ),
  };
}

const judge = (tracks: BeadTracks, drift: Parameters<typeof judgeFrames>[2] = null) =>
  judgeFrames(tracks, passes, drift);
const SPOILED = 27;

describe('frames of a sweep', () => {
  test('good ones are all used', () => {
    const { used, counts } = judge(cleanTracks());
    expect(used.every((one) => one === 1)).toBe(true);
    expect(Object.values(counts).every((count) => count === 0)).toBe(true);
  });

  test.each([
    ['lost', (tracks: BeadTracks) => tracks.yPx.fill(Number.NaN, SPOILED, SPOILED + 1)],
    ['roi-edge', (tracks: BeadTracks) => tracks.status.fill(TRACK_STATUS['roi-edge'], SPOILED, SPOILED + 1)],
    ['jump', (tracks: BeadTracks) => tracks.xPx.fill(32, SPOILED, SPOILED + 1)],
    [
      'dim',
      (tracks: BeadTracks) => {
        tracks.profiles[SPOILED] = tracks.profiles[SPOILED]!.map((counts) => 0.6 * counts);
      },
    ],
    [
      'blur',
      (tracks: BeadTracks) => {
        tracks.profiles[SPOILED] = tracks.profiles[SPOILED]!.map((counts) => 100 + 0.6 * (counts - 100));
      },
    ],
    [
      'outlier',
      (tracks: BeadTracks) => {
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
    tracks.xPx[SPOILED] = 33;
    const drift = { xPx: new Float64Array(FRAMES), yPx: new Float64Array(FRAMES) };
    drift.xPx[SPOILED] = 3;
    expect(judge(tracks).counts.jump).toBe(1);
    expect(judge(tracks, drift).counts.jump).toBe(0);
  });

  test('a steady drift is no jump, at the first and the last frame neither; one of these is found', () => {
    const tracks = cleanTracks();
    for (const frame of frames) tracks.xPx[frame]! += 0.6 * frame;
    expect(judge(tracks).counts.jump).toBe(0);
    tracks.xPx[0]! += 2.5;
    tracks.xPx[FRAMES - 1]! -= 2.5;
    const { used, counts } = judge(tracks);
    expect([counts.jump, used[0], used[FRAMES - 1]]).toEqual([2, 0, 0]);
  });

  test('a flicker of the lamp by a tenth is no outlier', () => {
    const tracks = cleanTracks();
    tracks.profiles[SPOILED] = tracks.profiles[SPOILED]!.map((counts) => counts + 10);
    expect(judge(tracks).used[SPOILED]).toBe(1);
  });
});
