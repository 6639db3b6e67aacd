import { useSignal } from '@preact/signals';
import type { FocusStatus, SweepPhase, SweepStatus } from '#protocol/sweep.ts';
import { formatFixed } from '../../words/format-number.ts';
import type { Act } from './act.ts';

/** Phases in which the tracker is at work on a sweep. */
export const WORKING: readonly SweepPhase[] = ['moving', 'collecting', 'homing', 'building'];

/** Where the focus is, and what stops it: those buttons stay in sight and always take a click, whoever looks. */
export function FocusBar({
  focus,
  sweep,
  isBusy,
  act,
}: {
  focus: FocusStatus;
  sweep: SweepStatus | null;
  isBusy: boolean;
  act: Act;
}) {
  const target = useSignal('');
  const { name, fromNm, toNm, zNm, settled, targetNm, error } = focus;
  const to = target.value === '' ? Number.NaN : Number(target.value);
  const canMove = !isBusy && act.whyNot === null && to >= fromNm && to <= toNm;
  const state =
    error !== null
      ? error
      : targetNm !== null
        ? `on its way to ${nm(targetNm)}`
        : settled
          ? 'at rest'
          : 'moving';
  return (
    <div class="z-focus">
      <span>
        Focus stage <strong>{name}</strong>
        <small>
          {nm(fromNm)} to {nm(toNm)}
        </small>
      </span>
      <span class="z-position">
        <strong>{nm(zNm)}</strong> <span class={error === null ? '' : 'tone-lost'}>{state}</span>
      </span>
      <form
        class="z-buttons"
        onSubmit={(event) => {
          event.preventDefault();
          if (canMove) void act.ask({ type: 'focus-move', zNm: to });
        }}
      >
        <label>
          Move to{' '}
          <input
            type="number"
            step="any"
            min={fromNm}
            max={toNm}
            value={target.value}
            onInput={(event) => {
              target.value = event.currentTarget.value;
            }}
          />{' '}
          nm
        </label>
        <button type="submit" disabled={!canMove} title={act.whyNot ?? undefined}>
          Move
        </button>
        {sweep && WORKING.includes(sweep.phase) && (
          <button type="button" class="z-stop" onClick={() => void act.ask({ type: 'sweep-stop' })}>
            Stop the sweep
            <small> and go back to {nm(sweep.homeNm)}</small>
          </button>
        )}
        <button type="button" class="z-stop" onClick={() => void act.ask({ type: 'focus-stop' })}>
          Stop the focus
        </button>
      </form>
    </div>
  );
}

/** What to do where there is no focus stage. */
export function NoFocus() {
  return (
    <p class="empty">
      There is no focus stage, so no sweep can be taken here. Connect a camera whose adapter announces one
      (the simulated camera does), or name one in the settings: <code>[focusStage] kind = "tcp"</code> with
      its address and limits, then start the tracker again. A focal sweep that was recorded elsewhere is built
      from its stack below.
    </p>
  );
}

/** nm with a sign and a unit. */
export function nm(value: number, decimals = 0): string {
  return `${formatFixed(value, decimals)} nm`;
}
