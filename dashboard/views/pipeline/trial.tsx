import type { BeadTrial, PlanTrialMessage, TrialFigures } from '#protocol/pipeline-message.ts';
import type { TRACK_STATUS } from '#protocol/track-status.ts';
import { formatFixed } from '../../words/format-number.ts';
import { TrialTraces } from './traces.tsx';

/** A number of both plans, of which more is better, or less. */
interface Compared {
  title: string;
  of(figures: TrialFigures): number;
  decimals: number;
  better: 'more' | 'less';
}

const COMPARED: readonly Compared[] = [
  { title: 'Found, %', of: ({ found }) => 100 * found, decimals: 0, better: 'more' },
  { title: 'With z, %', of: ({ foundZ }) => 100 * foundZ, decimals: 0, better: 'more' },
  { title: 'Noise x, px', of: ({ noise }) => noise.xPx, decimals: 4, better: 'less' },
  { title: 'Noise y, px', of: ({ noise }) => noise.yPx, decimals: 4, better: 'less' },
  { title: 'Noise z, nm', of: ({ noise }) => noise.zNm, decimals: 2, better: 'less' },
  { title: 'Score', of: ({ score }) => score, decimals: 3, better: 'more' },
];

const DIFFERENCES = [
  { title: 'Mean Δx, px', column: 'xPx', decimals: 4 },
  { title: 'Mean Δy, px', column: 'yPx', decimals: 4 },
  { title: 'Mean Δz, nm', column: 'zNm', decimals: 2 },
] as const;

/** What both plans found of the same frames, bead by bead. */
export function TrialTable({ trial, isOld }: { trial: PlanTrialMessage; isOld: boolean }) {
  const { frames, spanS, usPerRoi, beads, trace } = trial;
  const share = 100 * (usPerRoi.proposed / usPerRoi.present - 1);
  return (
    <section class="trial" aria-labelledby="trial-title">
      <h3 id="trial-title">Present and proposed on the same {frames} frames</h3>
      <p role="status">
        {spanS.toFixed(2)} s of the camera. Time of one ROI in one thread of the CPU: present{' '}
        {usPerRoi.present.toFixed(0)} µs, proposed {usPerRoi.proposed.toFixed(0)} µs ({share > 0 ? '+' : ''}
        {formatFixed(share, 0)} %).
        {isOld && <strong> The draft has changed since: try again.</strong>}
      </p>
      {trace && <TrialTraces trace={trace} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard. */}
      <section class="scroller" tabIndex={0} aria-label="Present and proposed, bead by bead">
        <table>
          <thead>
            <tr>
              <th scope="col">Bead</th>
              {[...COMPARED, ...DIFFERENCES].map(({ title }) => (
                <th scope="col" key={title}>
                  {title}
                </th>
              ))}
              <th scope="col">Status, frames</th>
            </tr>
          </thead>
          <tbody>
            {beads.map((bead) => (
              <Row key={bead.bead} trial={bead} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Row({ trial: { bead, present, proposed, difference } }: { trial: BeadTrial }) {
  return (
    <tr>
      <th scope="row">{bead}</th>
      {COMPARED.map(({ title, of, decimals, better }) => {
        const [before, after] = [of(present), of(proposed)].map((value) => formatFixed(value, decimals));
        return (
          <td key={title} class={before === after ? '' : toneOf(of(present), of(proposed), better)}>
            {before === after ? before : `${before} to ${after}`}
          </td>
        );
      })}
      {DIFFERENCES.map(({ title, column, decimals }) => (
        <td key={title}>{formatFixed(difference[column], decimals)}</td>
      ))}
      <td>
        {statusText(present)}
        {statusText(present) !== statusText(proposed) && `; then ${statusText(proposed)}`}
      </td>
    </tr>
  );
}

function toneOf(before: number, after: number, better: Compared['better']): string {
  if (Number.isNaN(after) || Number.isNaN(before)) return Number.isNaN(after) ? 'tone-lost' : 'tone-ok';
  return after > before === (better === 'more') ? 'tone-ok' : 'tone-warning';
}

function statusText({ status }: TrialFigures): string {
  const names = Object.keys(status) as ('ok' | keyof typeof TRACK_STATUS)[];
  return names.map((name) => `${status[name]} ${name}`).join(', ');
}
