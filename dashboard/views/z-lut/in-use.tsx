import type { CalibrationStatus, StaleZLut } from '#protocol/sweep.ts';
import type { ZLutInUse, ZLutList } from '#protocol/z-lut-list.ts';
import { formatFixed } from '../../words/format-number.ts';
import type { Act } from './act.ts';
import { nm } from './focus.tsx';
import { recalibration } from './recalibrate.ts';
import { zLutUrl } from './requests.ts';
import { VERDICT_TONES } from './results.tsx';

/** The Z-LUT of every bead, and which of them their beads do not look like any more. */
export function ZLutsInUse({
  list,
  calibration,
  isBusy,
  act,
}: {
  list: ZLutList;
  calibration: CalibrationStatus | null;
  isBusy: boolean;
  act: Act;
}) {
  if (list.inUse.length === 0) return <p class="empty">No beads yet: add some in the Live Camera.</p>;
  const stale = calibration?.stale ?? [];
  return (
    <table>
      <caption class="unseen">Z-LUTs in use</caption>
      <thead>
        <tr>
          {['Bead', 'Z-LUT', 'Score', 'Range', 'Planes', 'Model', ''].map((title) => (
            <th key={title} scope="col">
              {title || <span class="unseen">Actions</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {list.inUse.map((used) => (
          <Row
            key={used.bead}
            used={used}
            stale={stale.find(({ bead }) => bead === used.bead)}
            calibration={calibration}
            isBusy={isBusy}
            act={act}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  used: { bead, facts, isFirst, zLut },
  stale,
  calibration,
  isBusy,
  act,
}: {
  used: ZLutInUse;
  stale: StaleZLut | undefined;
  calibration: CalibrationStatus | null;
  isBusy: boolean;
  act: Act;
}) {
  const quality = facts?.quality ?? null;
  const settings = calibration && recalibration(bead, calibration, facts);
  const mayAct = act.whyNot === null;
  return (
    <tr>
      <th scope="row">{bead}</th>
      <td>
        {facts ? facts.name : <span class="tone-warning">none: x and y only</span>}
        {stale && (
          <div class="z-stale" role="alert">
            <strong>Stale:</strong> {describeStale(stale)}
            {settings && (
              <button
                type="button"
                disabled={!mayAct || isBusy}
                onClick={() => void act.ask({ type: 'sweep-start', settings })}
              >
                Calibrate bead {bead} again
              </button>
            )}
          </div>
        )}
      </td>
      <td class={quality ? VERDICT_TONES[quality.verdict] : ''} title={quality?.sentence}>
        {quality ? `${formatFixed(quality.score, 0)} ${quality.verdict}` : facts && 'not checked'}
      </td>
      <td>{facts && `${nm(facts.fromNm)} to ${nm(facts.toNm)}`}</td>
      <td>{facts?.planes}</td>
      <td>{facts && (facts.model ? 'yes' : 'no')}</td>
      <td>
        <div class="z-buttons">
          {facts && (
            <>
              <a
                href={zLutUrl('report', zLut)}
                target="_blank"
                rel="noreferrer"
                aria-label={`Report of bead ${bead}`}
              >
                Report
              </a>
              <a href={zLutUrl('download', zLut)} download aria-label={`Download the Z-LUT of bead ${bead}`}>
                Download
              </a>
              <button
                type="button"
                disabled={!mayAct}
                aria-label={`Remove the Z-LUT of bead ${bead}`}
                onClick={() => void act.ask({ type: 'z-lut-assign', zLut: null, beads: [bead] })}
              >
                Remove
              </button>
            </>
          )}
          {!isFirst && (
            <button
              type="button"
              disabled={!mayAct}
              aria-label={`Go back to the first Z-LUT of bead ${bead}`}
              onClick={() => void act.ask({ type: 'z-lut-assign', zLut: 'first', beads: [bead] })}
            >
              First one
            </button>
          )}
        </div>
      </td>
    </tr>
  );
}

/** The numbers behind an alarm. */
function describeStale({ measure, now, usual, sd }: StaleZLut): string {
  const name = measure === 'score' ? 'match score' : 'chi-squared';
  const way = measure === 'score' ? 'fell' : 'rose';
  return `its ${name} ${way} from ${formatFixed(usual, 3)} (sd ${formatFixed(sd, 4)}) to ${formatFixed(now, 3)}.`;
}
