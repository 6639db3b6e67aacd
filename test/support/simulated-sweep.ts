import type { FrameShape } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createFastSensor, sensorFor } from '#simulation/camera-noise.ts';
import { createFastRenderer, type FastRenderer } from '#simulation/fast-renderer.ts';
import { createRandom } from '#simulation/random.ts';
import { createScene, sceneRois } from '#simulation/scene.ts';
import type { SweepFrame } from '#zlut-tools/build.ts';

export interface SimulatedSweepParams {
  beads: number;
  radiiNm: readonly number[];
  planeZNm: readonly number[];
  framesPerPlane: number;
  fps: number;
  bothWays: boolean;
  /** Move of the focus that the planes do not tell: by the time, and on the way back. */
  driftNmPerS: number;
  hysteresisNm: number;
  photonsPerPixel: number;
  roiSize?: number;
  /** Default so near that the light of neighbors overlaps in the corners of ROIs. */
  spacingPx?: number;
  /** Spoils a frame before it is exposed. */
  spoil?: (light: Float32Array, frame: number) => void;
  seed: number;
}

/** A field of stuck beads under a camera, at known heights. */
export interface SimulatedField {
  shape: FrameShape;
  rois: Roi[];
  /** Frames of a focal sweep, in one buffer that is written anew for each. */
  sweep(): AsyncGenerator<SweepFrame>;
  /**
   * A frame with every bead at this height, in a buffer of its own.
   * @param xyPx filled with where the beads are, [bead, x and y]
   * @param movedPx how far the field has moved, x and y
   */
  at(zNm: number, xyPx?: Float64Array, movedPx?: readonly [number, number]): Uint8Array<ArrayBuffer>;
}

/** Their tables take a second to fill. */
const renderers = new Map<string, FastRenderer>();

function rendererOf(radiusNm: number, zRangeNm: readonly [number, number], roiSize: number): FastRenderer {
  const key = `${radiusNm} ${zRangeNm} ${roiSize}`;
  const renderer =
    renderers.get(key) ??
    createFastRenderer({ optics: { radiusNm }, zRangeNm, supportPx: roiSize, taperPx: 8 });
  renderers.set(key, renderer);
  return renderer;
}

/** Optics, pixels and noise of the simulated camera, with a focus stage that drifts and lags. */
export function simulateSweep(params: SimulatedSweepParams): SimulatedField {
  const { beads, radiiNm, planeZNm, framesPerPlane, fps, roiSize = 64, seed } = params;
  const { spacingPx = roiSize + 8 } = params;
  // To the next 2 um, so that fields share their tables.
  const zRangeNm = [
    2000 * Math.floor((Math.min(...planeZNm) - 500) / 2000),
    2000 * Math.ceil((Math.max(...planeZNm) + 500) / 2000),
  ] as const;
  const scene = createScene({
    ...{ beads, referenceBeads: beads, radiiNm, zRangeNm: [0, 0], seed },
    spacingPx,
  });
  const { width, height } = scene;
  const random = createRandom(seed);
  const sensor = sensorFor('mono12', { photonsPerPixel: params.photonsPerPixel, readNoise: 3 });
  const expose = createFastSensor(sensor, random.uint32());
  const light = new Float32Array(width * height);
  const draw = (zNm: number, into: Uint16Array, frame: number, xyPx?: Float64Array, movedPx = [0, 0]) => {
    light.fill(1);
    for (const [bead, { xPx, yPx, radiusNm }] of scene.beads.entries()) {
      const x = xPx + movedPx[0]! + random.uniform() - 0.5;
      const y = yPx + movedPx[1]! + random.uniform() - 0.5;
      xyPx?.set([x, y], 2 * bead);
      rendererOf(radiusNm, zRangeNm, roiSize).add(light, width, height, x, y, zNm);
    }
    params.spoil?.(light, frame);
    expose(light, width, into);
  };
  return {
    shape: { width, height, pixelFormat: 'mono12' },
    rois: sceneRois(scene, roiSize),
    async *sweep() {
      const counts = new Uint16Array(width * height);
      const ways = params.bothWays ? [planeZNm, planeZNm.toReversed()] : [planeZNm];
      let frame = 0;
      for (const [pass, way] of ways.entries()) {
        for (const zNm of way) {
          for (let repeat = 0; repeat < framesPerPlane; repeat++) {
            const timeS = frame / fps;
            draw(zNm + params.driftNmPerS * timeS + (pass === 1 ? params.hysteresisNm : 0), counts, frame);
            yield { pixels: new Uint8Array(counts.buffer), planeZNm: zNm, pass, timeS, frame };
            frame++;
          }
        }
      }
    },
    at(zNm, xyPx, movedPx) {
      const counts = new Uint16Array(Math.ceil((width * height) / 4) * 4);
      draw(zNm, counts.subarray(0, width * height), -1, xyPx, movedPx && [...movedPx]);
      return new Uint8Array(counts.buffer);
    },
  };
}
