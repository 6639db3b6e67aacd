import { signal } from '@preact/signals';
import type { CalibrationStatus, FocusStatus } from '#protocol/sweep.ts';
import type { LiveStore } from '../../store/live-store.ts';
import type { Act } from './act.ts';
import { Field } from './field.tsx';
import { nm } from './focus.tsx';
import {
  aboutDuration,
  type BeadChoice,
  planesOfSweep,
  readSweepForm,
  type SweepForm,
  sweepDurationS,
} from './settings.ts';

const BEAD_CHOICES: readonly { id: BeadChoice; title: string }[] = [
  { id: 'all', title: 'All' },
  { id: 'selected', title: 'Selected' },
  { id: 'list', title: 'List' },
];

/** As it was left: this view comes and goes with its tab. */
const form = signal<SweepForm>({
  ...{ beads: 'all', list: '', fromNm: '', toNm: '', stepNm: '50' },
  ...{ framesPerPlane: '20', bothWays: true, settleMs: '50' },
});
const change = (part: Partial<SweepForm>) => {
  form.value = { ...form.value, ...part };
};

/** Range, step and beads of a sweep, a suggestion of them, and its start. */
export function SweepSetup({
  store,
  calibration,
  focus,
  isBusy,
  act,
}: {
  store: LiveStore;
  calibration: CalibrationStatus;
  focus: FocusStatus;
  isBusy: boolean;
  act: Act;
}) {
  const typed = form.value;
  const beads = store.beads.value.map(({ bead }) => bead);
  const read = readSweepForm(typed, {
    ...{ fromNm: focus.fromNm, toNm: focus.toNm },
    ...{ beads, selected: store.selection.value },
  });
  const wrong = 'wrong' in read ? read.wrong : {};
  const { suggesting, suggestion } = calibration;
  const mayAct = act.whyNot === null && !isBusy && !suggesting;
  const fps = store.camera.value?.fps || store.status.value?.receivedFps || Number.NaN;
  const beadsOnly = readSweepForm(
    { ...typed, fromNm: '0', toNm: '1000', stepNm: '50' },
    {
      ...{ fromNm: 0, toNm: 1000, beads, selected: store.selection.value },
    },
  );

  return (
    <form
      class="z-setup"
      aria-label="New sweep"
      onSubmit={(event) => {
        event.preventDefault();
        if (mayAct && 'ask' in read) void act.ask({ type: 'sweep-start', settings: read.ask });
      }}
    >
      <fieldset class="z-beads">
        <legend>Beads</legend>
        {BEAD_CHOICES.map(({ id, title }) => (
          <label key={id}>
            <input
              type="radio"
              name="z-beads"
              checked={typed.beads === id}
              onChange={() => change({ beads: id })}
            />
            {title}
            {id === 'all' && ` (${beads.length})`}
            {id === 'selected' && ` (${store.selection.value.length})`}
          </label>
        ))}
        {typed.beads === 'list' && (
          <Field
            label="Numbers"
            value={typed.list}
            wrong={wrong.list}
            onInput={(list) => change({ list })}
            isText
          />
        )}
        {wrong.beads !== undefined && <small class="tone-lost">expected {wrong.beads}</small>}
      </fieldset>
      <div class="z-fields">
        <Field
          label="From"
          unit="nm"
          value={typed.fromNm}
          wrong={wrong.fromNm}
          onInput={(fromNm) => change({ fromNm })}
        />
        <Field
          label="To"
          unit="nm"
          value={typed.toNm}
          wrong={wrong.toNm}
          onInput={(toNm) => change({ toNm })}
        />
        <Field
          label="Step"
          unit="nm"
          value={typed.stepNm}
          wrong={wrong.stepNm}
          onInput={(stepNm) => change({ stepNm })}
        />
        <Field
          label="Frames a plane"
          value={typed.framesPerPlane}
          wrong={wrong.framesPerPlane}
          onInput={(framesPerPlane) => change({ framesPerPlane })}
        />
        <Field
          label="Settle"
          unit="ms"
          value={typed.settleMs}
          wrong={wrong.settleMs}
          onInput={(settleMs) => change({ settleMs })}
        />
        <label class="z-check">
          <input
            type="checkbox"
            checked={typed.bothWays}
            onChange={(event) => change({ bothWays: event.currentTarget.checked })}
          />
          Both ways <small>measures hysteresis and drift</small>
        </label>
      </div>
      {suggesting && (
        <p role="status">
          A quick coarse sweep looks for range and step{' '}
          <button type="button" class="z-stop" onClick={() => void act.ask({ type: 'sweep-stop' })}>
            Stop
          </button>
        </p>
      )}
      {suggestion && !suggesting && (
        <p class="z-suggestion" role="status">
          Suggested: {nm(suggestion.fromNm)} to {nm(suggestion.toNm)} by {nm(suggestion.stepNm)}.{' '}
          {suggestion.why}{' '}
          <button
            type="button"
            onClick={() =>
              change({
                ...{ fromNm: `${suggestion.fromNm}`, toNm: `${suggestion.toNm}` },
                stepNm: `${suggestion.stepNm}`,
              })
            }
          >
            Use it
          </button>
        </p>
      )}
      <div class="z-buttons">
        <button
          type="button"
          disabled={!mayAct || 'wrong' in beadsOnly}
          title={act.whyNot ?? 'A quick coarse sweep of the whole range of the focus stage'}
          onClick={() => {
            const chosen = 'ask' in beadsOnly ? beadsOnly.ask.beads : undefined;
            void act.ask({ type: 'sweep-suggest', ...(chosen && { beads: chosen }) });
          }}
        >
          Suggest range and step
        </button>
        <button
          type="submit"
          class="z-primary"
          disabled={!mayAct || !('ask' in read)}
          title={act.whyNot ?? undefined}
        >
          Start the sweep
        </button>
        {'ask' in read && (
          <span class="z-estimate">
            {planesOfSweep(read.ask)} planes, {aboutDuration(sweepDurationS(read.ask, fps))}
          </span>
        )}
      </div>
    </form>
  );
}
