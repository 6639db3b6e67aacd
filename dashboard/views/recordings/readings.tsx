import type { ReadonlySignal } from '@preact/signals';
import type { RecordingDetails } from '#protocol/recordings.ts';
import { SIGMA_OF, type TraceColumn } from '#protocol/trace-columns.ts';
import { formatFixed } from '../../words/format-number.ts';
import { statusTone, statusWords } from '../../words/status-tone.ts';
import type { WindowFeed } from './feed.ts';
import { type PointReading, readingAt } from './points.ts';

interface ReadingsProps {
  details: RecordingDetails;
  feed: WindowFeed;
  atS: ReadonlySignal<number>;
  cursorS: ReadonlySignal<number | null>;
}

const COLUMNS = [
  { column: 'xPx', title: 'x px', decimals: 3 },
  { column: 'yPx', title: 'y px', decimals: 3 },
  { column: 'zNm', title: 'z nm', decimals: 1 },
] as const;

/** What is recorded of each shown bead at the cursor, or at the right end of the plots. */
export function ReplayReadings({ details, feed, atS, cursorS }: ReadingsProps) {
  const window = feed.window.value;
  const momentS = cursorS.value ?? atS.value;
  return (
    <div class="replay-readings">
      <table>
        <caption>
          {cursorS.value === null ? 'At the right end' : 'At the cursor'}
          {window !== null && window.bucketS > 0 && `, smallest to largest of ${trim(window.bucketS)} s`}
        </caption>
        <thead>
          <tr>
            {['Bead', 'Time s', ...COLUMNS.map(({ title }) => title), 'Score', 'Status'].map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(window?.traces ?? []).map((trace) => (
            <Row
              key={trace.bead}
              bead={trace.bead}
              point={readingAt(trace, momentS)}
              fits={details.fits}
              isBucket={trace.most !== null}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  bead: number;
  point: PointReading | null;
  fits: boolean;
  isBucket: boolean;
}

function Row({ bead, point, fits, isBucket }: RowProps) {
  if (!point) {
    return (
      <tr>
        <th scope="row">{bead}</th>
        <td colSpan={6}>no row yet</td>
      </tr>
    );
  }
  return (
    <tr>
      <th scope="row">{bead}</th>
      <td>{point.timeS.toFixed(4)}</td>
      {COLUMNS.map(({ column, decimals }) => (
        <td key={column}>
          {valueText(point, column, decimals)}
          {fits && <small> ± {formatFixed(point.most(SIGMA_OF[column]), decimals)}</small>}
        </td>
      ))}
      <td>{valueText(point, 'score', 4)}</td>
      <td class={`tone-${statusTone(point.status)}`}>
        {isBucket && point.status !== 0 && 'in part '}
        {statusWords(point.status)}
      </td>
    </tr>
  );
}

/** A value; of a bucket from its smallest to its largest. */
function valueText(point: PointReading, column: TraceColumn, decimals: number): string {
  const least = formatFixed(point.least(column), decimals);
  const most = formatFixed(point.most(column), decimals);
  return least === most ? least : `${least} … ${most}`;
}

function trim(seconds: number): number {
  return Number(seconds.toPrecision(2));
}
