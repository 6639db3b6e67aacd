import { type NdArray, traceAxes } from '#calcium/nd-array.ts';
import { GrayCanvas } from './gray-canvas.ts';

/** How traces are drawn. */
export interface TracePictureOptions {
  /** px */
  width: number;
  height: number;
  /** Frames a second of the traces, Hz. */
  fps: number;
}

const [WHITE, BLACK, GRID] = [255, 0, 225];
/** Gray of the first trace and of the last of several. */
const [FIRST_LINE, LAST_LINE] = [0, 160];
const MOST_TICKS = 6;
/** Share of the range that is left free above and below. */
const FREE = 0.05;

/** A diagram of traces over time that grows frame by frame: axes with numbers, a line a trace. */
export class TracePicture {
  readonly #traces: NdArray;
  readonly #canvas: GrayCanvas;
  readonly #xOf: (frame: number) => number;
  readonly #yOf: (value: number) => number;
  readonly #thickness: number;
  #drawn = 0;

  /**
   * @param traces [cell, frame] or [frame]; NaN is a gap
   * @throws {CalciumError} if they have other axes
   */
  constructor(traces: NdArray, { width, height, fps }: TracePictureOptions) {
    const { frames } = traceAxes('TracePicture traces', traces);
    this.#traces = traces;
    const canvas = new GrayCanvas(width, height, WHITE);
    this.#canvas = canvas;
    const scale = Math.max(1, Math.round(height / 240));
    this.#thickness = scale;
    const [low, high] = rangeOf(traces.values);
    const [yTicks, xTicks] = [ticks(low, high), ticks(0, Math.max(1, frames - 1) / fps)];
    const margin = 4 * scale;
    const left = margin * 2 + Math.max(...yTicks.map(({ text }) => GrayCanvas.textWidth(text, scale)));
    const bottom = height - margin * 2 - GrayCanvas.textHeight(scale);
    const [right, top] = [width - margin * 3, margin];
    const xOfTime = (s: number) => left + ((right - left) * s * fps) / Math.max(1, frames - 1);
    this.#xOf = (frame) => xOfTime(frame / fps);
    this.#yOf = (value) => bottom - ((bottom - top) * (value - low)) / (high - low);

    for (const { value, text } of yTicks) {
      const y = Math.round(this.#yOf(value));
      canvas.rectangle(left, y, right - left, 1, GRID);
      const textTop = y - Math.floor(GrayCanvas.textHeight(scale) / 2);
      canvas.text(text, left - margin - GrayCanvas.textWidth(text, scale), textTop, scale, BLACK);
    }
    for (const { value, text } of xTicks) {
      const x = Math.round(xOfTime(value));
      canvas.rectangle(x, top, 1, bottom - top, GRID);
      const label = `${text}s`;
      canvas.text(
        label,
        x - Math.floor(GrayCanvas.textWidth(label, scale) / 2),
        bottom + margin,
        scale,
        BLACK,
      );
    }
    canvas.line(left, bottom, right, bottom, scale, BLACK);
    canvas.line(left, top, left, bottom, scale, BLACK);
  }

  /** Draws on up to and with this frame; @returns [row, column] a copy of the picture */
  growTo(frame: number): Uint8Array {
    const { neurons, frames } = traceAxes('TracePicture traces', this.#traces);
    for (let at = this.#drawn; at <= Math.min(frame, frames - 1); at++) {
      for (let cell = 0; cell < neurons; cell++) {
        const gray = FIRST_LINE + Math.round((cell * (LAST_LINE - FIRST_LINE)) / Math.max(1, neurons - 1));
        const value = this.#traces.values[cell * frames + at]!;
        const before = at === 0 ? value : this.#traces.values[cell * frames + at - 1]!;
        if (!Number.isFinite(value)) continue;
        // The first point after a gap stands for itself.
        const [fromX, fromY] = Number.isFinite(before)
          ? [this.#xOf(Math.max(0, at - 1)), this.#yOf(before)]
          : [this.#xOf(at), this.#yOf(value)];
        this.#canvas.line(fromX, fromY, this.#xOf(at), this.#yOf(value), this.#thickness, gray);
      }
      this.#drawn = at + 1;
    }
    return this.#canvas.pixels.slice();
  }
}

/** Lowest and highest finite value, a little farther apart; never the same. */
function rangeOf(values: NdArray['values']): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const free = FREE * (high - low) || Math.abs(high) || 1;
  return [low - free, high + free];
}

/** Round numbers in a range, at most six, as they are written. */
function ticks(low: number, high: number): { value: number; text: string }[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / MOST_TICKS));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => (high - low) / each <= MOST_TICKS)!;
  const found: { value: number; text: string }[] = [];
  for (let index = Math.ceil(low / step); index * step <= high; index++) {
    const value = index * step;
    found.push({ value, text: `${Number(value.toPrecision(6))}` });
  }
  return found;
}
