import { describe, expect, test } from 'vitest';
import { wholeFrame } from '../../../dashboard/camera/frame-view.ts';
import { AUTOMATIC_CONTRAST, countsOfGray, pictureWish } from '../../../dashboard/link/picture-wish.ts';

const FRAME = { width: 1400, height: 1000 };
const STAGE = { width: 700, height: 500 };

describe('the picture that is asked for', () => {
  test('is the whole frame, a little finer than the stage, until somebody zooms', () => {
    expect(pictureWish(FRAME, STAGE, wholeFrame(FRAME), AUTOMATIC_CONTRAST, 1)).toEqual({
      ...{ left: 0, top: 0, width: 1400, height: 1000, maxWidth: 875, gamma: 1, fps: 30 },
    });
  });

  test('is the part that is seen and a tenth of it around, within the frame', () => {
    const zoom = { factor: 4, xPx: 699.5, yPx: 100 };
    const wish = pictureWish(FRAME, STAGE, zoom, AUTOMATIC_CONTRAST, 1)!;
    // A quarter of the frame is 350 x 250 px, in the middle of x and at the upper edge of y.
    expect(wish).toMatchObject({ left: 490, width: 420, top: 0, height: 275 });
    // Every px of the frame is two on the screen: the picture is as fine as the frame.
    expect(wish.maxWidth).toBeGreaterThanOrEqual(420);
  });

  test('names black and white only where a person set them, and is none without a stage', () => {
    const contrast = { black: 5, white: 99, gamma: 0.5 };
    expect(pictureWish(FRAME, STAGE, wholeFrame(FRAME), contrast, 2)).toMatchObject(contrast);
    expect(pictureWish(FRAME, { width: 0, height: 9 }, wholeFrame(FRAME), contrast, 2)).toBeNull();
  });

  test('has grays that stand for counts by the power law they were made with', () => {
    expect(countsOfGray(255, { black: 100, white: 300, gamma: 0.5 })).toBe(300);
    // Gray is the root of the share: half gray is a quarter of the way.
    expect(countsOfGray(127.5, { black: 100, white: 300, gamma: 0.5 })).toBe(150);
  });
});
