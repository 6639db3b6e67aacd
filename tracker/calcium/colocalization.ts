import { CalciumError } from './calcium-error.ts';
import type { NdArray } from './nd-array.ts';
import { mean } from './statistics.ts';

/**
 * Pearson correlation of two images, pixel by pixel.
 *
 * @param a [row, column]
 * @param b [row, column]
 * @param mask [row, column]: only pixels where it is not 0
 * @returns from -1 to 1; 0 when one of them is flat
 * @throws {CalciumError} if the shapes differ
 */
export function pearsonColocalization(a: NdArray, b: NdArray, mask?: NdArray): number {
  for (const [name, other] of Object.entries({ b, ...(mask && { mask }) })) {
    if (other.shape.join() === a.shape.join()) continue;
    throw new CalciumError({
      where: `pearsonColocalization ${name}`,
      expected: `shape [${a.shape.join(', ')}]`,
      received: `[${other.shape.join(', ')}]`,
    });
  }
  const isIn = (_: number, pixel: number) => mask?.values[pixel] !== 0;
  const first = Float64Array.from(a.values).filter(isIn);
  const second = Float64Array.from(b.values).filter(isIn);
  const [meanFirst, meanSecond] = [mean(first), mean(second)];
  let [covariance, varianceFirst, varianceSecond] = [0, 0, 0];
  for (let pixel = 0; pixel < first.length; pixel++) {
    const x = first[pixel]! - meanFirst;
    const y = second[pixel]! - meanSecond;
    covariance += x * y;
    varianceFirst += x * x;
    varianceSecond += y * y;
  }
  const spread = Math.sqrt(varianceFirst * varianceSecond);
  return spread === 0 ? 0 : covariance / spread;
}
