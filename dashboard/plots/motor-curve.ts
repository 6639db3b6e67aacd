import type { MotorColumn } from '#protocol/motor.ts';
import type { MotorPoints } from '#protocol/motor-trace.ts';
import type { TimeSpan } from '../store/plot-choices.ts';
import { pointsBefore } from '../store/trace-ring.ts';
import { Polyline } from './decimate-trace.ts';
import type { Curve } from './paint-curves.ts';

/** What is drawn of one motor; it is filled anew each time. */
export class MotorCurve {
  readonly #line = new Polyline();

  /** The line of a column over a span of time. */
  of(points: MotorPoints, column: MotorColumn, { fromS, toS }: TimeSpan, color: string): Curve {
    const { timeS, [column]: values } = points;
    // One point beyond on either side: the line leads out of the plot.
    const first = Math.max(0, pointsBefore(timeS, fromS) - 1);
    const end = Math.min(timeS.length, pointsBefore(timeS, toS) + 1);
    this.#line.length = 0;
    for (let point = first; point < end; point++) this.#line.push(timeS[point]!, values[point]!);
    return { line: this.#line, band: null, unit: { origin: 0, scale: 1 }, color };
  }
}

/** Where a motor was at a time, on the line between the points around it; where it was last, after these. NaN where it is not known. */
export function motorAt(points: MotorPoints, column: MotorColumn, atS: number): number {
  const { timeS, [column]: values } = points;
  const after = pointsBefore(timeS, atS);
  const [at, before] = [values[after], values[after - 1] ?? Number.NaN];
  if (at === undefined || timeS[after] === atS) return at ?? before;
  const [fromS, toS] = [timeS[after - 1]!, timeS[after]!];
  return before + ((at - before) * (atS - fromS)) / (toS - fromS);
}
