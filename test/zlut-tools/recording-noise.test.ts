import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { cameraNoise, recordingNoise, type TrackedImage } from '#zlut-tools/recording-noise.ts';
import { ringModel, smoothRings } from '../stages/ring-model.ts';

const SIZE = 48;

/** Images of a bead that moves, by a camera that adds a black level and read noise. */
function recording(gain: number, readNoise: number, blackLevel: number): TrackedImage[] {
  const random = createRandom(3);
  return Array.from({ length: 40 }, () => {
    const [xPx, yPx, zNm] = [23 + random.uniform(), 24 + random.uniform(), 300 + 400 * random.uniform()];
    const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, pixel) => {
      const r = Math.hypot((pixel % SIZE) - xPx, Math.floor(pixel / SIZE) - yPx);
      const photons = smoothRings(r, zNm) / 4;
      return blackLevel + gain * (random.poisson(photons) + readNoise * random.normal());
    });
    return { pixels, xPx: xPx + 0.05, yPx: yPx - 0.05, zNm: zNm + 10 };
  });
}

describe('the noise of a recording', () => {
  test('comes out of its own images, though the model was made with another camera gain', () => {
    const { cameraGain, readNoise } = cameraNoise(recordingNoise(ringModel(), recording(3, 12, 0))!);
    expect(Math.abs(cameraGain / 3 - 1)).toBeLessThan(0.08);
    // photons; 250 of them make a standard deviation of 16
    expect(Math.abs(readNoise / 12 - 1)).toBeLessThan(0.15);
  });

  test('tells a black level by what the dark rings lack', () => {
    const noise = cameraNoise(recordingNoise(ringModel(), recording(3, 0, 500))!);
    expect(Math.abs(noise.cameraGain / 3 - 1)).toBeLessThan(0.08);
    expect(Math.abs(noise.blackLevel / 500 - 1)).toBeLessThan(0.25);
    expect(noise.readNoise).toBe(0);
  });

  test('passes over images where no bead was found, and is not known from those alone', () => {
    const images = recording(2, 0, 0);
    const lost = images.map((image) => ({ ...image, zNm: Number.NaN }));
    expect(recordingNoise(ringModel(), [...images, ...lost])).toEqual(recordingNoise(ringModel(), images));
    expect(recordingNoise(ringModel(), lost)).toBeNull();
  });
});
