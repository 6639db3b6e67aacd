import { pointsBefore } from '../store/trace-ring.ts';
import type { Band, Polyline } from './decimate-trace.ts';

/** Changes what is drawn to (value - origin) * scale. */
interface TraceUnit {
  origin: number;
  scale: number;
}

/** One trace to draw. */
export interface Curve {
  line: Polyline;
  /** What lies within a standard deviation; null where it is not known. */
  band: Band | null;
  unit: TraceUnit;
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

/** Draws bands, then lines over them, from a time on; NaN breaks both. */
export function paintCurves(
  context: CanvasRenderingContext2D,
  curves: readonly Curve[],
  map: PlotMap,
  fromS: number,
  lineWidth: number,
): void {
  context.lineJoin = 'round';
  context.lineWidth = lineWidth;
  for (const { band, color, unit } of curves) {
    if (!band) continue;
    context.fillStyle = color;
    context.globalAlpha = BAND_OPACITY;
    context.beginPath();
    traceBand(context, band, inUnit(map, unit), fromS);
    context.fill();
    context.globalAlpha = 1;
  }
  for (const { line, color, unit } of curves) {
    context.strokeStyle = color;
    context.beginPath();
    traceLine(context, line, inUnit(map, unit), fromS);
    context.stroke();
  }
}

/** The way of values before they are changed to their unit. */
function inUnit(map: PlotMap, { origin, scale }: TraceUnit): PlotMap {
  const ySlope = map.ySlope * scale;
  return { ...map, ySlope, yAt: map.yAt - ySlope * origin };
}

/** The point before the first that is seen: a line leads in from there. */
function firstSeen({ timeS, length }: Polyline | Band, fromS: number): number {
  return Math.max(0, pointsBefore(timeS.subarray(0, length), fromS) - 1);
}

function traceLine(context: CanvasRenderingContext2D, line: Polyline, map: PlotMap, fromS: number): void {
  const { xAt, xSlope, yAt, ySlope } = map;
  let isDown = false;
  for (let point = firstSeen(line, fromS); point < line.length; point++) {
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
function traceBand(context: CanvasRenderingContext2D, band: Band, map: PlotMap, fromS: number): void {
  const { xAt, xSlope, yAt, ySlope } = map;
  let first = firstSeen(band, fromS);
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

/** Smallest and largest value of lines and bands from a time on, in their units; null without a point. */
export function rangeOf(curves: readonly Curve[], fromS: number): [smallest: number, largest: number] | null {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (const { line, band, unit } of curves) {
    const note = (value: number) => {
      const shown = (value - unit.origin) * unit.scale;
      if (shown < smallest) smallest = shown;
      if (shown > largest) largest = shown;
    };
    for (let point = firstSeen(line, fromS); point < line.length; point++) note(line.values[point]!);
    if (!band) continue;
    for (let point = firstSeen(band, fromS); point < band.length; point++) {
      note(band.low[point]!);
      note(band.high[point]!);
    }
  }
  return smallest <= largest ? [smallest, largest] : null;
}
