import { describe, expect, test } from 'vitest';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { ProfileMessage } from '#protocol/live.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import { beadProfile } from '#tracker/live/bead-profile.ts';
import { LiveProfile } from '#tracker/live/live-profile.ts';
import { ringCounts, ringRoi, ringZLut } from '../stages/synthetic-bead.ts';
import { until } from '../support/until.ts';

const SIZE = 40;
const ROI: Roi = { bead: 7, left: 30, top: 12, size: SIZE };
const ROUND = parsePlan([
  { stage: 'center-of-mass' },
  { stage: 'radial-profile', params: { bins: 'interpolate' } },
]);

/** A bead at a whole plane of the Z-LUT, off center. */
function profileOf(
  plan: Plan,
  zLut: ZLut | null,
  zNm: number,
  light = (counts: number) => counts,
): ProfileMessage {
  const pixels = ringRoi(SIZE, 19.3, 20.6, 12).map(light);
  return beadProfile({ frame: 5, roi: ROI, pixels, xPx: 30 + 19.3, yPx: 12 + 20.6, zNm }, plan, zLut);
}

describe('the profile of a bead', () => {
  test('is that of the stage of the plan about the tracked center, at radii in px', () => {
    const { unit, radii, counts } = profileOf(ROUND, null, Number.NaN);
    expect(unit).toBe('px');
    expect(radii[0]).toBe(1);
    expect(radii.at(-1)).toBeLessThan(SIZE / 2);
    for (const [at, radius] of radii.entries()) {
      // counts: bilinear samples lower a crest of 67 counts / px^2 by a twelfth of the curvature along each axis.
      expect(Math.abs(counts[at]! - ringCounts(radius, 12))).toBeLessThan(8);
    }
  });

  test('stands beside the nearest plane, in the light of the frame', () => {
    const plan = parsePlan([{ stage: 'center-of-mass' }, { stage: 'radial-profile' }]);
    const { counts, plane, radii } = profileOf(plan, ringZLut(SIZE / 2), 2230, (value) => 2 * value + 30);
    expect(plane!.zNm).toBe(2200);
    expect([...radii.subarray(0, 3)]).toEqual([0, 1, 2]);
    for (let radius = 1; radius < radii.length; radius++) {
      // counts: whole pixels in rings of 1 px, twice as bright.
      expect(Math.abs(counts[radius]! - plane!.counts[radius]!)).toBeLessThan(12);
    }
  });

  test('has no plane beside it without z, and without a Z-LUT of as many radii', () => {
    const plan = parsePlan([{ stage: 'center-of-mass' }, { stage: 'radial-profile' }]);
    expect(profileOf(plan, ringZLut(SIZE / 2), Number.NaN).plane).toBeNull();
    expect(profileOf(plan, ringZLut(9), 2200).plane).toBeNull();
    expect(profileOf(plan, null, 2200).plane).toBeNull();
  });

  test('counts bins where these are no distances, and takes the stage of the Z-LUT where the plan has none', () => {
    const fft = parsePlan([{ stage: 'center-of-mass' }, { stage: 'fft-profile' }]);
    expect(profileOf(fft, null, 0)).toMatchObject({ unit: 'bin' });
    const method = { stage: 'radial-profile', params: { bins: 'split', oversample: 2 }, roiSize: SIZE };
    const bare = parsePlan([{ stage: 'center-of-mass' }]);
    expect(profileOf(bare, { ...ringZLut(SIZE), method }, 2200).radii[3]).toBe(1.5);
  });
});

describe('live profiles', () => {
  const shape = { width: 96, height: 72, pixelFormat: 'mono12' } as const;
  const other: Roi = { bead: 9, left: 0, top: 0, size: SIZE };

  /** One frame through received and tracked, whole or cut to its ROIs. */
  async function show(wanted: number[], isCut: boolean, tracked = [5]): Promise<ProfileMessage[]> {
    const got: ProfileMessage[] = [];
    const hub = {
      wantsProfile: (bead: number) => wanted.includes(bead),
      profile: (message: ProfileMessage) => got.push(message),
    };
    const profiles = new LiveProfile({ hub, shape, plan: ROUND, zLutOf: () => null });
    const rois = [other, ROI];
    const bead = Uint16Array.from(ringRoi(SIZE, 19.3, 20.6, 12), (counts) => Math.round(10 * counts));
    const pixels = new Uint16Array(isCut ? 2 * SIZE * SIZE : shape.width * shape.height);
    for (let row = 0; row < SIZE; row++) {
      const to = isCut ? (SIZE + row) * SIZE : (ROI.top + row) * shape.width + ROI.left;
      pixels.set(bead.subarray(row * SIZE, (row + 1) * SIZE), to);
    }
    // As in a message: at an odd address.
    const bytes = new Uint8Array(pixels.byteLength + 1).subarray(1);
    bytes.set(new Uint8Array(pixels.buffer));
    const times = { timeNs: 0n, receivedNs: 0n, submittedNs: 0n, trackedNs: 0n };
    const views = { picture: null, truth: null, rois: isCut ? rois : null };
    profiles.received({ id: 5, ...times, pixels: bytes, ...views } as ReceivedFrame, rois);
    // A batch of frames that were under way already.
    profiles.tracked({ frames: [{ id: 3, ...times }], rois, table: createTrackTable(1, 2) });
    const table = createTrackTable(tracked.length, 2);
    table.xPx.fill(ROI.left + 19.3);
    table.yPx.fill(ROI.top + 20.6);
    profiles.tracked({ frames: tracked.map((id) => ({ id, ...times })), rois, table });
    let turns = 0;
    const count = () => setImmediate(() => turns++);
    count();
    await until(() => turns === 1);
    return got;
  }

  test.each([false, true])('are made of the frame that was tracked, cut to ROIs %s', async (isCut) => {
    const [profile, ...more] = await show([7], isCut, [4, 5, 6]);
    expect(more).toEqual([]);
    expect(profile).toMatchObject({ bead: 7, frame: 5 });
    // counts: 10 times the rings, as above, rounded.
    for (const [at, radius] of profile!.radii.entries()) {
      expect(Math.abs(profile!.counts[at]! - 10 * ringCounts(radius, 12))).toBeLessThan(81);
    }
  });

  test('are not made when nobody wants them, nor of a frame that was dropped', async () => {
    expect(await show([], false)).toEqual([]);
    expect(await show([7], false, [6])).toEqual([]);
  });
});
