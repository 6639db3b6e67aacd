import { describe, expect, test } from 'vitest';
import {
  beadAt,
  panBy,
  toFrame,
  toStage,
  viewFrame,
  wholeFrame,
  zoomAt,
} from '../../../dashboard/camera/frame-view.ts';

const FRAME = { width: 640, height: 480 };
const STAGE = { width: 1000, height: 480 };

describe('the view of a frame', () => {
  test('shows the whole frame in the middle of a wider stage', () => {
    expect(viewFrame(FRAME, STAGE, wholeFrame(FRAME))).toEqual({ scale: 1, left: 180, top: 0 });
  });

  test('puts the middle of the first pixel half a pixel from the corner', () => {
    const view = viewFrame(FRAME, { width: 1280, height: 960 }, wholeFrame(FRAME));
    expect(toStage(view, 0, 0)).toEqual([1, 1]);
    expect(toFrame(view, 0, 0)).toEqual([-0.5, -0.5]);
  });

  test('puts the middle of the first picture pixel at (step - 1) / 2 of the full frame', () => {
    const step = 3;
    const view = viewFrame({ width: 639, height: 480 }, { width: 213, height: 160 }, wholeFrame(FRAME));
    const [xPx] = toFrame(view, 0.5, 0.5);
    expect(xPx).toBeCloseTo((step - 1) / 2, 12);
  });

  test('goes to the stage and back without a change', () => {
    const view = { scale: 1.37, left: 12.5, top: -3 };
    const [x, y] = toStage(view, 123.4, 56.7);
    expect(toFrame(view, x, y)[0]).toBeCloseTo(123.4, 10);
    expect(toFrame(view, x, y)[1]).toBeCloseTo(56.7, 10);
  });
});

describe('the zoom', () => {
  test('keeps what is under the pointer there', () => {
    let zoom = wholeFrame(FRAME);
    // The frame fills the stage from the second step on: before, letterboxing holds its middle.
    for (let step = 0; step < 2; step++) zoom = zoomAt(FRAME, STAGE, zoom, 400, 200, 2);
    const before = toFrame(viewFrame(FRAME, STAGE, zoom), 400, 200);
    const after = toFrame(viewFrame(FRAME, STAGE, zoomAt(FRAME, STAGE, zoom, 400, 200, 1.5)), 400, 200);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
  });

  test('ends at the whole frame and at 32 times', () => {
    const far = zoomAt(FRAME, STAGE, wholeFrame(FRAME), 500, 240, 1e6);
    expect(far.factor).toBe(32);
    const back = zoomAt(FRAME, STAGE, far, 0, 0, 1e-9);
    expect(viewFrame(FRAME, STAGE, back)).toEqual(viewFrame(FRAME, STAGE, wholeFrame(FRAME)));
  });

  test('moves no further than the edge of the frame', () => {
    const zoom = zoomAt(FRAME, STAGE, wholeFrame(FRAME), 500, 240, 4);
    const moved = panBy(FRAME, STAGE, zoom, -1e6, 0);
    expect(viewFrame(FRAME, STAGE, moved).left).toBe(0);
    const back = panBy(FRAME, STAGE, moved, 10, 0);
    expect(back.xPx - moved.xPx).toBeCloseTo(10, 9);
  });
});

describe('the bead at a position', () => {
  const beads = [
    { bead: 4, left: 100, top: 50, size: 40 },
    { bead: 9, left: 120, top: 50, size: 40 },
  ];

  test('is the one whose ROI holds it, first and last pixel included', () => {
    expect(beadAt(beads, 100, 50)?.bead).toBe(4);
    expect(beadAt(beads, 159, 89)?.bead).toBe(9);
    expect(beadAt(beads, 99, 50)).toBeNull();
    expect(beadAt(beads, 160, 89)).toBeNull();
    expect(beadAt(beads, 130, 90)).toBeNull();
  });

  test('is the nearer one where ROIs overlap', () => {
    expect(beadAt(beads, 127, 70)?.bead).toBe(4);
    expect(beadAt(beads, 132, 70)?.bead).toBe(9);
  });

  test('is found a little beside its box when asked so', () => {
    expect(beadAt(beads, 98, 70, 3)?.bead).toBe(4);
  });
});
