import { requirePositive } from './calcium-error.ts';
import { type NdArray, zeros } from './nd-array.ts';

/**
 * A sine wave that travels: sin(2 pi (x - speed t) / wavelength).
 *
 * @param x [place], unit of the wavelength
 * @param t [time] s
 * @param speed wavelengths' unit per s
 * @returns [time, place]
 * @throws {CalciumError} if the wavelength is not above 0
 */
export function travelingWave(
  x: ArrayLike<number>,
  t: ArrayLike<number>,
  wavelength: number,
  speed: number,
): NdArray<Float64Array> {
  requirePositive('travelingWave wavelength', wavelength);
  const wave = zeros([t.length, x.length]);
  for (let at = 0; at < wave.values.length; at++) {
    const place = x[at % x.length]! - speed * t[Math.floor(at / x.length)]!;
    wave.values[at] = Math.sin((2 * Math.PI * place) / wavelength);
  }
  return wave;
}
