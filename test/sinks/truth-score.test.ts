import { expect, test } from 'vitest';
import { createTrackTable } from '#protocol/track-table.ts';
import { TruthScore } from '#sinks/truth-score.ts';

function truthBytes(...values: number[]): Uint8Array {
  return new Uint8Array(Float64Array.of(...values).buffer);
}

test('bias and standard deviation per axis are those of measured minus true, in nm', async () => {
  const score = new TruthScore(100);
  const rois = [{ bead: 0, left: 0, top: 0, size: 16 }];
  for (const [frame, error] of [0.01, 0.03, Number.NaN].entries()) {
    score.expect(frame, truthBytes(20, 30, 500));
    const table = createTrackTable(1, 1);
    table.xPx[0] = 20 + error;
    table.yPx[0] = 30;
    table.zNm[0] = 500 - 10 * frame;
    score.tracked({
      frames: [{ id: frame, timeNs: 0n, receivedNs: 0n, submittedNs: 0n, trackedNs: 0n }],
      rois,
      table,
    });
  }
  const { x, y, z, offered } = score.scores();
  expect(offered).toBe(3);
  // 1, 3 nm and one without a result: mean 2, sample sd sqrt(2).
  expect(x.points).toBe(2);
  expect(x.biasNm).toBeCloseTo(2, 9);
  expect(x.sdNm).toBeCloseTo(Math.SQRT2, 9);
  expect(y).toEqual({ biasNm: 0, sdNm: 0, points: 3 });
  expect(z.biasNm).toBeCloseTo(-10, 9);
  await score.close();
});

test('a bead the simulator does not know and a frame without truth are not scored', () => {
  const score = new TruthScore(100);
  score.expect(0, truthBytes(1, 2, 3));
  const rois = [{ bead: 5, left: 0, top: 0, size: 16 }];
  for (const id of [0, 1]) {
    score.tracked({
      frames: [{ id, timeNs: 0n, receivedNs: 0n, submittedNs: 0n, trackedNs: 0n }],
      rois,
      table: createTrackTable(1, 1),
    });
  }
  expect(score.scores().offered).toBe(0);
});

test('a gap of any length forgets the frames in it and no other', () => {
  const score = new TruthScore(100);
  for (const id of [1, 5]) score.expect(id, truthBytes(1, 2, 3));
  score.gap({ firstFrame: 2, lastFrame: Number.MAX_SAFE_INTEGER });
  const rois = [{ bead: 0, left: 0, top: 0, size: 16 }];
  for (const id of [1, 5]) {
    const frames = [{ id, timeNs: 0n, receivedNs: 0n, submittedNs: 0n, trackedNs: 0n }];
    score.tracked({ frames, rois, table: createTrackTable(1, 1) });
  }
  expect(score.scores().offered).toBe(1);
});
