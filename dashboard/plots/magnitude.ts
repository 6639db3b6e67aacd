import type { PositionColumn } from '#protocol/trace-columns.ts';

/** Where magnitudes are measured from, px of the columns they are of, and nm a pixel. */
export interface MagnitudeFrame {
  xPx: number;
  yPx: number;
  pixelSizeNm: number;
}

/** Distance from the zeros of x and y and from z = 0, nm; NaN where one of the three is. */
export function magnitudeNm(xPx: number, yPx: number, zNm: number, frame: MagnitudeFrame): number {
  const xNm = (xPx - frame.xPx) * frame.pixelSizeNm;
  const yNm = (yPx - frame.yPx) * frame.pixelSizeNm;
  return Math.sqrt(xNm * xNm + yNm * yNm + zNm * zNm);
}

/** Magnitudes of whole traces, in a buffer that is kept. */
export class Magnitudes {
  #buffer = new Float64Array(1024);

  /**
   * Magnitude of every point.
   * @param positions [point] whose three values are of one frame
   * @param from first point that is reckoned; what lies before it is undefined
   * @returns [point] nm, NaN where a value is; valid until the next call
   */
  of({ xPx, yPx, zNm }: Record<PositionColumn, Float64Array>, frame: MagnitudeFrame, from = 0): Float64Array {
    const points = xPx.length;
    if (this.#buffer.length < points) this.#buffer = new Float64Array(2 * points);
    const magnitudes = this.#buffer;
    for (let point = from; point < points; point++) {
      magnitudes[point] = magnitudeNm(xPx[point]!, yPx[point]!, zNm[point]!, frame);
    }
    return magnitudes.subarray(0, points);
  }
}
