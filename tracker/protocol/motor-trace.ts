import { MOTOR_COLUMNS, type MotorColumn, type MotorPositions } from './motor.ts';

const COLUMNS = ['timeS', ...MOTOR_COLUMNS] as const;

/** [point] s since the first frame of the run, never decreasing, and where motors were; NaN where that is not known. */
export type MotorPoints = Record<(typeof COLUMNS)[number], Float64Array>;

/** Told a few times a second while frames come: points since the last message, or all there are. */
export interface MotorTraceMessage extends MotorPoints {
  type: 'motor-trace';
  isWhole: boolean;
}

const MOST_POINTS = 8192;
/** Of motors that never rest points lie apart by such a part of their age: some px of a plot that reaches back to them. */
const POINTS_OF_AGE = 400;
/** Room there is after points were thinned, whatever they are. */
const THINNED = 256;
/** A pause that is no line. */
const GAP_S = 5;

/**
 * Where motors were over a day: the points through which their lines go. One that rests takes no room; of others there
 * are fewer points the longer ago they were.
 */
export class MotorTrace {
  /** Columns of which a value is known, in their order. */
  names: readonly MotorColumn[] = [];
  readonly #points = pointsOf(() => new Float64Array(MOST_POINTS));
  #length = 0;

  /** Views that hold until the next point. */
  get points(): MotorPoints {
    return pointsOf((name) => this.#points[name].subarray(0, this.#length));
  }

  /** s; NaN before the first point. */
  get newestS(): number {
    return this.#length === 0 ? Number.NaN : this.#points.timeS[this.#length - 1]!;
  }

  /** Adds a point; an older one than the newest begins anew. */
  add(timeS: number, positions: MotorPositions): void {
    if (timeS < this.newestS) this.#begin();
    if (timeS - this.newestS > GAP_S) this.#push(this.newestS, {});
    const last = this.#length - 1;
    // On a level line between two points.
    if (last > 0 && this.#isAt(last, positions) && this.#isAt(last - 1, positions)) {
      this.#points.timeS[last] = timeS;
    } else this.#push(timeS, positions);
  }

  /** Takes the points of a message. */
  take({ isWhole, ...points }: MotorTraceMessage): void {
    if (isWhole) {
      this.#begin();
      for (const name of COLUMNS) this.#points[name].set(points[name]);
      this.#length = points.timeS.length;
      this.names = MOTOR_COLUMNS.filter((name) => !points[name].every(Number.isNaN));
      return;
    }
    for (const [at, timeS] of points.timeS.entries()) {
      const positions: MotorPositions = {};
      for (const name of MOTOR_COLUMNS) positions[name] = points[name][at]!;
      this.add(timeS, positions);
    }
  }

  #begin(): void {
    this.#length = 0;
    this.names = [];
  }

  #isAt(point: number, positions: MotorPositions): boolean {
    return MOTOR_COLUMNS.every((name) => Object.is(this.#points[name][point], positions[name] ?? Number.NaN));
  }

  #push(timeS: number, positions: MotorPositions): void {
    if (this.#length === MOST_POINTS) this.#thin();
    this.#points.timeS[this.#length] = timeS;
    for (const name of MOTOR_COLUMNS) this.#points[name][this.#length] = positions[name] ?? Number.NaN;
    this.#length++;
    const isNew = (name: MotorColumn) => !Number.isNaN(positions[name] ?? Number.NaN);
    if (MOTOR_COLUMNS.some((name) => isNew(name) && !this.names.includes(name))) {
      this.names = MOTOR_COLUMNS.filter((name) => isNew(name) || this.names.includes(name));
    }
  }

  #thin(): void {
    const { timeS } = this.#points;
    const { newestS } = this;
    const columns = Object.values(this.#points);
    let kept = 0;
    for (let point = 0; point < this.#length; point++) {
      const nextS = timeS[point + 1] ?? newestS;
      const isClose = kept > 0 && nextS - timeS[kept - 1]! < (newestS - timeS[point]!) / POINTS_OF_AGE;
      if (isClose) continue;
      for (const column of columns) column[kept] = column[point]!;
      kept++;
    }
    const forgotten = kept > MOST_POINTS - THINNED ? THINNED : 0;
    for (const column of columns) column.copyWithin(0, forgotten, kept);
    this.#length = kept - forgotten;
  }
}

/** Points whose columns come from a function of their name. */
export function pointsOf(column: (name: (typeof COLUMNS)[number]) => Float64Array): MotorPoints {
  return Object.fromEntries(COLUMNS.map((name) => [name, column(name)])) as MotorPoints;
}
