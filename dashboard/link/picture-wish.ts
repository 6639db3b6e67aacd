import type { PictureWish } from '#protocol/picture-request.ts';
import { type Size, viewFrame, type Zoom } from '../camera/frame-view.ts';

/** How counts become gray; black and white are found by the tracker where they are null. */
export interface Contrast {
  black: number | null;
  white: number | null;
  /** Exponent between counts and gray. */
  gamma: number;
}

export const AUTOMATIC_CONTRAST: Contrast = { black: null, white: null, gamma: 1 };

/** Of the part that is seen, on every side: a short drag needs no other picture. */
const MARGIN = 0.1;
/** Picture px per screen px that are still worth it. */
const FINENESS = 1.25;
const MOST_WIDTH = 2048;

/**
 * The picture that fills the stage: the part of the frame that is seen, as fine as the screen.
 * @param stage CSS px
 * @returns null while nothing would be seen of it
 */
export function pictureWish(
  frame: Size,
  stage: Size,
  zoom: Zoom,
  { black, white, gamma }: Contrast,
  screenPx: number,
): PictureWish | null {
  if (!(stage.width > 0 && stage.height > 0)) return null;
  const { scale, left, top } = viewFrame(frame, stage, zoom);
  const part = (offset: number, stageLength: number, frameLength: number) => {
    const seen = stageLength / scale;
    if (seen >= frameLength) return [0, frameLength] as const;
    const from = Math.max(0, Math.floor(-offset / scale - MARGIN * seen));
    const to = Math.min(frameLength, Math.ceil(-offset / scale + (1 + MARGIN) * seen));
    return [from, to - from] as const;
  };
  const [fromX, width] = part(left, stage.width, frame.width);
  const [fromY, height] = part(top, stage.height, frame.height);
  const maxWidth = Math.round(Math.min(MOST_WIDTH, Math.max(16, width * scale * screenPx * FINENESS)));
  return {
    ...{ left: fromX, top: fromY, width, height, maxWidth, gamma, fps: 30 },
    ...(black === null ? {} : { black }),
    ...(white === null ? {} : { white }),
  };
}

/** The counts that a gray stands for. */
export function countsOfGray(gray: number, shown: { black: number; white: number; gamma: number }): number {
  return shown.black + (gray / 255) ** (1 / shown.gamma) * (shown.white - shown.black);
}
