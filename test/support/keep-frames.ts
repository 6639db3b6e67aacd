import type { CameraAdapter } from '#camera-adapters/define.ts';

/** A frame that a camera has shown. */
export interface KeptFrame {
  id: number;
  pixels: Uint8Array;
  /** [bead, (xPx, yPx, zNm)]. */
  truth: Float64Array;
}

/** A camera whose next frames can be asked for. */
export interface KeepingCamera extends CameraAdapter {
  /** Shows no frame until some are to be kept, so that others have the cores. */
  hold(): void;
  /** Copies of as many frames from now on; they go to the tracker, too. */
  keep(count: number): Promise<KeptFrame[]>;
}

/** The same camera, of which frames can be kept. */
export function keepFrames(camera: CameraAdapter): KeepingCamera {
  let wanted = 0;
  let kept: KeptFrame[] = [];
  let done: (frames: KeptFrame[]) => void = () => {};
  let goOn = () => {};
  let held = Promise.resolve();
  return {
    ...camera,
    async *frames(signal) {
      signal.addEventListener('abort', () => goOn(), { once: true });
      for await (const frame of camera.frames(signal)) {
        await held;
        if (wanted > 0) {
          const { id, pixels, truth = new Float64Array(0) } = frame;
          kept.push({ id, pixels: pixels.slice(), truth: truth.slice() });
          yield frame;
          // Who asks for the next has sent this one.
          if (--wanted === 0) done(kept);
        } else {
          yield frame;
        }
      }
    },
    hold() {
      held = new Promise((resolve) => {
        goOn = resolve;
      });
    },
    keep(count) {
      goOn();
      kept = [];
      wanted = count;
      return new Promise((resolve) => {
        done = resolve;
      });
    },
  };
}
