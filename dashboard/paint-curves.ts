import type { Band, Polyline } from './decimate-trace.ts';

/** One trace to draw. */
export interface Curve {
  line: Polyline;
  /** What lies within a standard deviation; null where it is not known. */
  band: Band | null;
  /** CSS color. */
  color: string;
}

/** Linear ways from the axes of a plot to canvas px: px = at + slope * value. */
export interface PlotMap {
  xAt: number;
  xSlope: number;
  yAt: number;
  ySlope: number;
}

const BAND_OPACITY = 0.22;

/** Draws bands, then lines over them; NaN breaks both. */
export function paintCurves(
  context: CanvasRenderingContext2D,
  curves: readonly Curve[],
  map: PlotMap,
  lineWidth: number,
): void {
  context.lineJoin = 'round';
  context.lineWidth = lineWidth;
  for (const { band, color } of curves) {
    if (!band) continue;
    context.fillStyle = color;
    context.globalAlpha = BAND_OPACITY;
    context.beginPath();
    traceBand(context, band, map);
    context.fill();
    context.globalAlpha = 1;
  }
  for (const { line, color } of curves) {
    context.strokeStyle = color;
    context.beginPath();
    traceLine(context, line, map);
    context.stroke();
  }
}

function traceLine(context: CanvasRenderingContext2D, line: Polyline, map: PlotMap): void {
  const { xAt, xSlope, yAt, ySlope } = map;
  let isDown = false;
  for (let point = 0; point < line.length; point++) {
    const value = line.values[point]!;
    if (Number.isNaN(value)) {
      isDown = false;
      continue;
    }
    const x = xAt + xSlope * line.timeS[point]!;
    const y = yAt + ySlope * value;
    if (isDown) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      // A point between two breaks is a dot.
      if (point + 1 === line.length || Number.isNaN(line.values[point + 1]!)) context.lineTo(x + 1, y);
    }
    isDown = true;
  }
}

/** Each unbroken stretch along its upper edge and back along its lower one. */
function traceBand(context: CanvasRenderingContext2D, band: Band, map: PlotMap): void {
  const { xAt, xSlope, yAt, ySlope } = map;
  let first = 0;
  while (first < band.length) {
    if (Number.isNaN(band.low[first]!)) {
      first++;
      continue;
    }
    let end = first;
    while (end < band.length && !Number.isNaN(band.low[end]!)) end++;
    context.moveTo(xAt + xSlope * band.timeS[first]!, yAt + ySlope * band.high[first]!);
    for (let point = first + 1; point < end; point++) {
      context.lineTo(xAt + xSlope * band.timeS[point]!, yAt + ySlope * band.high[point]!);
    }
    for (let point = end - 1; point >= first; point--) {
      context.lineTo(xAt + xSlope * band.timeS[point]!, yAt + ySlope * band.low[point]!);
    }
    context.closePath();
    first = end;
  }
}

/** Smallest and largest value of lines and bands; null without a point. */
export function rangeOf(curves: readonly Curve[]): [smallest: number, largest: number] | null {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  const note = (value: number) => {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  };
  for (const { line, band } of curves) {
    for (let point = 0; point < line.length; point++) note(line.values[point]!);
    for (let point = 0; band && point < band.length; point++) {
      note(band.low[point]!);
      note(band.high[point]!);
    }
  }
  return smallest <= largest ? [smallest, largest] : null;
}
