import { z } from 'zod';

/** Pictures a second that a viewer gets at most. */
export const MOST_PICTURES_A_SECOND = 30;
const MAX_PICTURE_WIDTH = 2048;

const counts = z.number().finite().optional();
const px = z.number().int().min(0).max(65_535);

/** Which picture a viewer wants from now on; before it asks, it gets the whole frame. */
export const pictureRequest = z.strictObject({
  type: z.literal('preview'),
  id: z.number().int(),
  /** Part of the frame, px; what lies beyond the frame is left out. */
  left: px,
  top: px,
  width: px.min(1),
  height: px.min(1),
  /** px of the picture; one frame px is at most one of these. */
  maxWidth: z.number().int().min(16).max(MAX_PICTURE_WIDTH),
  /** Counts shown as black and white; found from the whole frame when left out. */
  black: counts,
  white: counts,
  /** Exponent between counts and gray; below 1 dark parts become brighter. 1 when left out. */
  gamma: z.number().min(0.1).max(10).optional(),
  /** 30 at most; 0 for none. */
  fps: z.number().min(0).max(MOST_PICTURES_A_SECOND).optional(),
});

/** Whether a viewer wants a small picture of every ROI, about twice a second. */
export const tilesRequest = z.strictObject({
  type: z.literal('tiles'),
  id: z.number().int(),
  wanted: z.boolean(),
});

/** What a viewer wants to see of the frames. */
export type PictureWish = Omit<z.output<typeof pictureRequest>, 'type' | 'id'>;

/** Live picture: 8-bit, binned by `step` in both directions, dropped first when a viewer is slow. */
export interface PreviewMessage {
  type: 'preview';
  frame: number;
  /** Full-frame px of its first pixel. */
  left: number;
  top: number;
  /** Size of this picture, px. */
  width: number;
  height: number;
  /** Full-frame px per picture px. */
  step: number;
  /** Counts shown as black and as white. */
  black: number;
  white: number;
  /** gray / 255 is the share of the way from black to white to this power. */
  gamma: number;
  /** Whether it is the small picture of the whole frame beside that of a part. */
  isMap: boolean;
  /** [row, column] 0-255. */
  pixels: Uint8Array;
}

/** The ROIs of one frame as small squares, in counts windowed alike. */
export interface TilesMessage {
  type: 'tiles';
  frame: number;
  /** [tile] */
  beads: Uint32Array;
  /** [tile] px of a side. */
  sides: Uint16Array;
  /** [tile] full-frame px per tile px. */
  steps: Uint16Array;
  /** The tiles one after the other, each [row, column] 0-255. */
  pixels: Uint8Array;
}
