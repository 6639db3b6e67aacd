import { expect, test } from 'vitest';
import { ringExample } from '#engines/ring-example.ts';
import { trackRecorded } from '#pipeline/track-recorded.ts';
import { flagUntrustedHeights } from '#pipeline/untrusted-heights.ts';
import { describeStatus, TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { knownZLut } from '../support/known-z-lut.ts';
import { manualHost } from '../support/manual-host.ts';

const { setup } = ringExample(2, 16, 8);

/** Planes from 400 down to -100 nm, 50 nm apart. */
function zLutOf(usefulRangeNm: [number, number]): ZLut {
  const zLut = knownZLut('known');
  const quality = { ...zLut.origin.quality!, usefulRangeNm };
  return { ...zLut, origin: { ...zLut.origin, quality } };
}

/** Status of a bead of each height. */
function flagged(zLut: ZLut, heightsNm: readonly number[]): string[] {
  const table = createTrackTable(heightsNm.length, 2);
  for (const [frame, zNm] of heightsNm.entries()) table.zNm[2 * frame + 1] = zNm;
  // The other bead has none, and may be anywhere.
  flagUntrustedHeights({ ...setup, zLuts: [zLut], zLutOfBead: [-1, 0] }, table);
  for (let frame = 0; frame < heightsNm.length; frame++) expect(table.status[2 * frame]).toBe(0);
  return heightsNm.map((_, frame) => describeStatus(table.status[2 * frame + 1]!));
}

test('z in a part that the check cut off is ambiguous', () => {
  expect(flagged(zLutOf([100, 350]), [99, 100, 200, 350, 399, Number.NaN])).toEqual([
    ...['ambiguous', 'ok', 'ok', 'ok', 'ok', 'ok'],
  ]);
  expect(flagged(zLutOf([-50, 200]), [-99, 200, 201, 450])).toEqual(['ok', 'ok', 'ambiguous', 'ambiguous']);
});

test('nothing is said of the outermost planes, which no useful range has, nor of a Z-LUT never checked', () => {
  expect(flagged(zLutOf([-50, 350]), [-120, -99, 0, 399])).toEqual(['ok', 'ok', 'ok', 'ok']);
  const { origin: _, ...unchecked } = zLutOf([100, 350]);
  expect(flagged(unchecked, [0])).toEqual(['ok']);
});

test('frames that are tracked, live or recorded, are told so whatever the engine', async () => {
  const { host, open } = manualHost(1);
  const status: number[] = [];
  const source = { ids: [0], timeNs: () => 0n, readFrame: async () => {} };
  const checked = { ...setup, zLuts: [zLutOf([100, 350])], zLutOfBead: [0, -1] };
  const tracked = trackRecorded(source, checked, host, ({ table }) => status.push(...table.status));
  await expect.poll(() => open.length).toBe(1);
  // It leaves z at 0 nm.
  open[0]!.done();
  await tracked;
  expect(status).toEqual([TRACK_STATUS.ambiguous, 0]);
});
