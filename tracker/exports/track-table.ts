import type { MotorColumn } from '#protocol/motor.ts';
import { type PositionValues, readPositionedTracks } from '#recording/recorded-positions.ts';
import type { StreamExtent } from '#recording/stream-extent.ts';
import { FIT_COLUMNS, type TrackColumns } from '#recording/track-block.ts';
import type { FocalShifts } from './focal-shift.ts';
import { blocksOf, type ColumnValues, type ExportColumn, type ExportTable, type RowBatch } from './table.ts';

interface TrackTableOptions {
  /** NaN for positions in px. */
  nmPerPx: number;
  /** null where no Z-LUT of the run says how z follows from the focus. */
  shifts: FocalShifts | null;
  /** Motors of which the recording knows where they were. */
  motors: readonly MotorColumn[];
}

/** Recorded rows, with where motors were. */
type RecordedRows = TrackColumns & { positions: PositionValues };

const MOTOR_UNITS: Record<MotorColumn, string> = {
  focusZNm: 'nm, position of the focus stage',
  magnetMm: 'mm, magnet translation',
  magnetTurns: 'turns, magnet rotation',
};

/** A column whose values are recorded ones times a factor. */
interface TrackColumn extends ExportColumn {
  source(columns: RecordedRows): ColumnValues;
  factor: number;
}

/** The tracks of a file: one row a bead and frame, in the order of the recording. */
export function trackTable(
  path: string,
  { schema, rows }: StreamExtent,
  { nmPerPx, shifts, motors }: TrackTableOptions,
): ExportTable {
  const fits = schema.fields.some(({ name }) => name === FIT_COLUMNS[0]);
  const columns = [
    ...recordedColumns(nmPerPx),
    ...(fits ? fitColumns(nmPerPx) : []),
    ...motors.map((name) => motorColumn(name)),
  ];
  const corrected = columns.length;
  const listed: ExportColumn[] = columns.map(({ name, type, unit }) => ({ name, type, unit }));
  if (shifts) {
    const unit = 'nm, zNm times the focal shift of the Z-LUT; NaN where that does not say it';
    listed.push({ name: 'zCorrectedNm', type: 'f64', unit });
  }
  async function* batches(): AsyncGenerator<RowBatch> {
    const { tracks } = await readPositionedTracks(path);
    for await (const batch of tracks) {
      yield {
        rows: batch.rows,
        copy(column, into, at, from, to) {
          if (column === corrected) return correct(batch, shifts!, into as Float64Array, at, from, to);
          const { source, factor } = columns[column]!;
          const values = source(batch).subarray(from, to);
          into.set(values as never, at);
          if (factor !== 1) scale(into as Float32Array | Float64Array, factor, at, at + to - from);
        },
      };
    }
  }
  return { name: 'tracks', columns: listed, rows, blocks: () => blocksOf(listed, rows, batches()) };
}

function recordedColumns(nmPerPx: number): TrackColumn[] {
  const [inUnit, unit, factor] = scaleOf(nmPerPx);
  const axes = 'from the middle of the top-left pixel of the full frame';
  return [
    { ...plain('frame', 'u32', "the camera's frame number"), source: ({ frame }) => frame },
    { ...plain('timeNs', 'i64', 'ns since 1970, camera time of the exposure'), source: (row) => row.timeNs },
    { ...plain('bead', 'u32', 'bead id'), source: ({ bead }) => bead },
    { ...plain(`x${inUnit}`, 'f64', `${unit} to the right ${axes}`), factor, source: ({ xPx }) => xPx },
    { ...plain(`y${inUnit}`, 'f64', `${unit} down ${axes}`), factor, source: ({ yPx }) => yPx },
    { ...plain('zNm', 'f64', 'nm in the coordinate of the Z-LUT, as recorded'), source: ({ zNm }) => zNm },
    {
      ...plain('score', 'f32', 'Pearson correlation with the best plane, -1 to 1'),
      source: ({ score }) => score,
    },
    { ...plain('status', 'u16', 'bits of statusBits; 0 is a good point'), source: ({ status }) => status },
  ];
}

function fitColumns(nmPerPx: number): TrackColumn[] {
  const [inUnit, unit, factor] = scaleOf(nmPerPx);
  const meaning = 'standard deviation by the photons of the image';
  return [
    {
      ...plain(`sigmaX${inUnit}`, 'f32', `${unit}, ${meaning}`),
      factor,
      source: ({ fit }) => fit!.sigmaXPx,
    },
    {
      ...plain(`sigmaY${inUnit}`, 'f32', `${unit}, ${meaning}`),
      factor,
      source: ({ fit }) => fit!.sigmaYPx,
    },
    { ...plain('sigmaZNm', 'f32', `nm, ${meaning}`), source: ({ fit }) => fit!.sigmaZNm },
    {
      ...plain('chiSquared', 'f32', 'squared residuals of the fit over what is expected; 1 is a good fit'),
      source: ({ fit }) => fit!.chiSquared,
    },
  ];
}

function motorColumn(name: MotorColumn): TrackColumn {
  const unit = `${MOTOR_UNITS[name]} in that frame; NaN where it is not known`;
  return { ...plain(name, 'f64', unit), source: ({ positions }) => positions[name]! };
}

function plain(name: string, type: ExportColumn['type'], unit: string): Omit<TrackColumn, 'source'> {
  return { name, type, unit, factor: 1 };
}

function scaleOf(nmPerPx: number): [inUnit: string, unit: string, factor: number] {
  return Number.isNaN(nmPerPx) ? ['Px', 'px', 1] : ['Nm', 'nm', nmPerPx];
}

function scale(values: Float32Array | Float64Array, factor: number, from: number, to: number): void {
  for (let row = from; row < to; row++) values[row] = values[row]! * factor;
}

function correct(
  { frame, bead, zNm }: TrackColumns,
  shifts: FocalShifts,
  into: Float64Array,
  at: number,
  from: number,
  to: number,
): void {
  for (let row = from; row < to; row++) {
    into[at + row - from] = zNm[row]! * shifts.factorAt(bead[row]!, frame[row]!);
  }
}
