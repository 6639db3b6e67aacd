import { type SimulatedCameraOptions, simulatedSensor } from '#camera-adapters/simulated.ts';
import { openEngine } from '#engines/open-engine.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { simulateFocalSweep } from '#simulation/focal-sweep.ts';
import type { Plan } from '#stages/plan.ts';
import { needsModel } from '#stages/plan-needs.ts';
import { buildZLut, type SweepFrame } from '#zlut-tools/build.ts';

const STEP_NM = 50;
/** Tethered beads move this far from where they rest, and the stage drifts. */
const MARGIN_NM = 1000;
const FRAMES_PER_PLANE = 8;

/**
 * Z-LUT of every kind of bead of a simulated camera, built as a user would: a focal sweep of one bead at random
 * places within a pixel, with the camera's own noise, through the tracking stages; with a model, if the plan needs one.
 * @returns by bead radius, nm
 */
export async function simulatedZLuts(
  camera: Pick<
    SimulatedCameraOptions,
    'pixelSizeNm' | 'radiiNm' | 'zRangeNm' | 'pixelFormat' | 'photonsPerPixel' | 'readNoise' | 'seed'
  >,
  plan: Plan,
  roiSize: number,
): Promise<Map<number, ZLut>> {
  const [lowestNm, highestNm] = camera.zRangeNm;
  const planes = Math.ceil((highestNm - lowestNm + 2 * MARGIN_NM) / STEP_NM) + 1;
  const planeZNm = Float64Array.from(
    { length: planes },
    (_, plane) => lowestNm - MARGIN_NM + plane * STEP_NM,
  );
  const engine = await openEngine('reference');
  const zLuts = new Map<number, ZLut>();
  for (const radiusNm of new Set(camera.radiiNm)) {
    const { frames } = simulateFocalSweep({
      optics: { radiusNm },
      planeZNm,
      framesPerPlane: FRAMES_PER_PLANE,
      size: roiSize,
      pixelSizeNm: camera.pixelSizeNm,
      pixelFormat: camera.pixelFormat,
      sensor: simulatedSensor(camera),
      seed: camera.seed,
    });
    const frameBytes = frames.byteLength / (planes * FRAMES_PER_PLANE);
    async function* sweep(): AsyncGenerator<SweepFrame> {
      for (let frame = 0; frame < planes * FRAMES_PER_PLANE; frame++) {
        const pixels = new Uint8Array(frames.buffer, frames.byteOffset + frame * frameBytes, frameBytes);
        yield { pixels, planeZNm: planeZNm[Math.floor(frame / FRAMES_PER_PLANE)]! };
      }
    }
    const shape = { width: roiSize, height: roiSize, pixelFormat: camera.pixelFormat };
    const roi = { bead: 0, left: 0, top: 0, size: roiSize };
    const name = `simulated bead of ${radiusNm} nm radius`;
    const { zLut } = await buildZLut(sweep(), {
      ...{ engine, plan, shape, roi, name },
      ...(needsModel(plan) && { onModelRound: () => {} }),
    });
    zLuts.set(radiusNm, zLut);
  }
  await engine.close();
  return zLuts;
}
