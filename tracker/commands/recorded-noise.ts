import { trackRoi } from '#engines/reference.ts';
import { ZLutError } from '#protocol/errors.ts';
import { frameBytes, PIXEL_FORMATS, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { Plan } from '#stages/plan.ts';
import { stageNamed } from '#stages/plan.ts';
import {
  type CameraNoise,
  cameraNoise,
  recordingNoise,
  type TrackedImage,
} from '#zlut-tools/recording-noise.ts';
import type { SelectedStack } from './stack-input.ts';

/** Frames the noise is taken from, spread over the recording. */
const FRAMES = 40;

/**
 * Measures the noise of the camera in a recording, by photon transfer around its first bead.
 * @throws {ZLutError} if the Z-LUT holds no model, or none of the frames shows its bead
 */
export async function recordedNoise(
  { stack, ids }: SelectedStack,
  roi: Roi,
  zLut: ZLut,
  plan: Plan,
): Promise<CameraNoise> {
  const frame = new ArrayBuffer(Math.ceil(frameBytes(stack) / 8) * 8);
  const images: TrackedImage[] = [];
  const step = Math.max(1, Math.floor(ids.length / FRAMES));
  for (let index = 0; index < ids.length; index += step) {
    await stack.readFrame(ids[index]!, new Uint8Array(frame, 0, frameBytes(stack)));
    const counts = viewPixels(frame, stack.pixelFormat);
    const pixels = Float64Array.from({ length: roi.size ** 2 }, (_, pixel) => {
      const row = roi.top + Math.floor(pixel / roi.size);
      return counts[row * stack.width + roi.left + (pixel % roi.size)]!;
    });
    const { xPx, yPx, zNm } = trackRoi(pixels, roi.size, zLut, plan);
    images.push({ pixels, xPx, yPx, zNm });
  }
  const { saturation } = PIXEL_FORMATS[stack.pixelFormat];
  const noise = zLut.model ? recordingNoise(zLut.model, images, saturation) : null;
  if (noise) return cameraNoise(noise);
  throw new ZLutError({
    where: `--camera-noise, bead ${roi.bead}`,
    expected: 'frames in which the model of the Z-LUT finds its bead',
    received: `none of ${images.length}`,
    remedy: 'leave out --camera-noise, or check the Z-LUT',
  });
}

/** The plan with this noise in the stages that count by it. */
export function withNoise(plan: Plan, noise: CameraNoise): Plan {
  return plan.map(({ stage, params }) =>
    stageNamed(stage).needsModel ? { stage, params: { ...params, ...noise } } : { stage, params },
  );
}

/** What was measured, for the person who asked. */
export function describeNoise({ cameraGain, readNoise, blackLevel }: CameraNoise): string {
  const [gain, read, black] = [cameraGain, readNoise, blackLevel].map((value) => value.toPrecision(3));
  return `camera, by photon transfer from this recording: ${gain} counts a photon, read noise ${read} photons, black level ${black} counts`;
}
