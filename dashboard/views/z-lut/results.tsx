import { useSignal } from '@preact/signals';
import type { SweepStatus, SweepZLut } from '#protocol/sweep.ts';
import type { ZLutQuality } from '#protocol/z-lut-quality.ts';
import { Question } from '../../panels/question.tsx';
import { formatCount, formatFixed } from '../../words/format-number.ts';
import type { Act } from './act.ts';
import { nm } from './focus.tsx';
import { zLutUrl } from './requests.ts';

/** A verdict as a tone of the page. */
export const VERDICT_TONES: Record<ZLutQuality['verdict'], string> = {
  good: 'z-good',
  fair: 'tone-warning',
  bad: 'tone-lost',
};

/** What became of a sweep: a card a bead, and what to do with them. */
export function SweepResults({ sweep, act }: { sweep: SweepStatus; act: Act }) {
  const isAsking = useSignal(false);
  const { zLuts, motion, phase } = sweep;
  const mayAct = act.whyNot === null;
  const usable = zLuts.filter(({ file }) => file !== null);
  return (
    <section class="z-results" aria-label="Z-LUTs of the sweep">
      {motion && (
        <p>
          Focus of this sweep: hysteresis {nm(motion.hysteresisNm, 1)}, drift{' '}
          {formatFixed(motion.driftNmPerS, 2)} nm/s
        </p>
      )}
      <div class="z-buttons">
        <button
          type="button"
          class="z-primary"
          disabled={!mayAct || usable.length === 0}
          onClick={() => void act.ask({ type: 'sweep-assign' })}
        >
          Assign all {usable.length}
        </button>
        {phase === 'built' && (
          <button type="button" disabled={!mayAct} onClick={() => void act.ask({ type: 'sweep-keep' })}>
            Keep without assigning
          </button>
        )}
        {phase === 'built' && (
          <button
            type="button"
            class="danger"
            disabled={!mayAct}
            onClick={() => {
              isAsking.value = true;
            }}
          >
            Discard the sweep
          </button>
        )}
      </div>
      <ul class="z-cards">
        {zLuts.map((zLut) => (
          <Card key={zLut.bead} zLut={zLut} sweep={sweep} act={act} />
        ))}
      </ul>
      {isAsking.value && (
        <Question
          title={`Discard the sweep ${sweep.sweep}?`}
          consequence="Its frames and its Z-LUTs are removed from the disk and cannot be brought back."
          yes="Discard it"
          onAnswer={(isYes) => {
            isAsking.value = false;
            if (isYes) void act.ask({ type: 'sweep-discard', sweep: sweep.sweep });
          }}
        />
      )}
    </section>
  );
}

function Card({ zLut, sweep, act }: { zLut: SweepZLut; sweep: SweepStatus; act: Act }) {
  const { bead, file, error, used, rejected, quality, assigned } = zLut;
  const name = `sweeps/${sweep.sweep}/${file}`;
  return (
    <li class="z-card" aria-label={`Z-LUT of bead ${bead}`}>
      <h3>Bead {bead}</h3>
      {quality && <Score quality={quality} />}
      {error !== null && <p class="tone-lost">{error}</p>}
      {quality && <QualityNumbers quality={quality} />}
      <p>
        <small>
          {formatCount(used)} frames used, {formatCount(rejected)} left out
        </small>
      </p>
      {file !== null && (
        <div class="z-buttons">
          <button
            type="button"
            disabled={act.whyNot !== null || assigned}
            onClick={() => void act.ask({ type: 'sweep-assign', beads: [bead] })}
          >
            {assigned ? 'Assigned' : `Assign to bead ${bead}`}
          </button>
          <a href={zLutUrl('report', name)} target="_blank" rel="noreferrer">
            Report of bead {bead}
          </a>
        </div>
      )}
    </li>
  );
}

function Score({ quality: { score, verdict, sentence } }: { quality: ZLutQuality }) {
  return (
    <p>
      <strong class={`z-score ${VERDICT_TONES[verdict]}`}>{formatFixed(score, 0)}</strong>
      <span class={VERDICT_TONES[verdict]}> {verdict}</span>
      <span class="z-sentence">{sentence}</span>
    </p>
  );
}

function QualityNumbers({ quality }: { quality: ZLutQuality }) {
  const { usefulRangeNm, biasNm, noiseNm, hysteresisNm, driftNmPerS } = quality;
  const measured = (value: { value: number; error: number } | undefined, unit: string) =>
    value && `${formatFixed(value.value, 1)} ± ${formatFixed(value.error, 1)} ${unit}`;
  const rows = [
    ['Useful range', usefulRangeNm && `${nm(usefulRangeNm[0])} to ${nm(usefulRangeNm[1])}`],
    ['Bias', biasNm !== undefined && nm(biasNm, 1)],
    ['Noise', noiseNm !== undefined && nm(noiseNm, 1)],
    ['Hysteresis', measured(hysteresisNm, 'nm')],
    ['Drift', measured(driftNmPerS, 'nm/s')],
  ] as const;
  return (
    <dl>
      {rows.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value || 'not measured'}</dd>
        </div>
      ))}
    </dl>
  );
}
