import type { CounterWrap } from './camera-link.ts';
import type { FrameShape } from './pixel-format.ts';

/** What a camera says of itself before its first frame. */
export interface CameraFacts extends FrameShape {
  /** Name shown to people, e.g. `simulated`, `replay sweep.tif`. */
  camera: string;
  /** Frames a second it will deliver; 0 when as fast as it goes or by hand. */
  fps: number;
  /** nm per px in the sample plane; NaN when unknown. */
  pixelSizeNm: number;
  /** How its frame numbers go round; absent when they only rise. */
  wrap?: CounterWrap;
}
