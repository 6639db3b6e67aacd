import type { CalibrationStatus, SweepPhase, SweepStatus } from '#protocol/sweep.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { formatCount } from '../../words/format-number.ts';
import type { Act } from './act.ts';
import { nm, WORKING } from './focus.tsx';
import { aboutDuration, sweepDurationS } from './settings.ts';

/** What a phase is to a person. */
const PHASE_WORDS: Record<SweepPhase, string> = {
  moving: 'moving to the next plane',
  collecting: 'taking frames',
  paused: 'paused: the focus stays where it is',
  homing: 'the focus returns to where it was',
  interrupted: 'interrupted',
  building: 'building and checking the Z-LUTs',
  built: 'built: keep, assign or discard it',
  kept: 'kept',
  discarded: 'discarded',
};

/** The newest sweep while it is taken: how far it is, what it sees, and what pauses and stops it. */
export function SweepProgress({ store, sweep, act }: { store: LiveStore; sweep: SweepStatus; act: Act }) {
  const { phase, plane, planes, pass, planeZNm, frames, missed, settings, message } = sweep;
  const isTaking = phase === 'moving' || phase === 'collecting';
  const fps = store.camera.value?.fps || store.status.value?.receivedFps || Number.NaN;
  const leftS = sweepDurationS(settings, fps) * (1 - plane / planes);
  return (
    <section class="z-progress" aria-label={`Sweep ${sweep.sweep}`}>
      <p role="status">
        <strong>Sweep {sweep.sweep}</strong> {PHASE_WORDS[phase]}
        {message !== null && <span class="tone-warning"> ({message})</span>}
      </p>
      <div class="z-meter">
        <progress aria-label="Planes taken" value={plane} max={planes} />
        <span>
          {formatCount(plane)} of {formatCount(planes)} planes
        </span>
        {isTaking && (
          <span>
            going {pass}, at {nm(planeZNm)}: {frames} of {settings.framesPerPlane} frames,{' '}
            {aboutDuration(leftS)} left
          </span>
        )}
        {missed > 0 && <span class="tone-warning">{formatCount(missed)} frames missed and taken anew</span>}
      </div>
      <SweepButtons sweep={sweep} act={act} />
    </section>
  );
}

/** Pause, resume and repeat; what stops a sweep that moves the focus is beside the focus. */
function SweepButtons({ sweep: { phase, settings, beads, homeNm }, act }: { sweep: SweepStatus; act: Act }) {
  const mayAct = act.whyNot === null;
  const again = { ...settings, beads, assign: false };
  return (
    <div class="z-buttons">
      {(phase === 'moving' || phase === 'collecting') && (
        <button type="button" disabled={!mayAct} onClick={() => void act.ask({ type: 'sweep-pause' })}>
          Pause
        </button>
      )}
      {(phase === 'paused' || phase === 'interrupted') && (
        <button type="button" disabled={!mayAct} onClick={() => void act.ask({ type: 'sweep-resume' })}>
          Resume
        </button>
      )}
      {phase === 'paused' && (
        <button type="button" class="z-stop" onClick={() => void act.ask({ type: 'sweep-stop' })}>
          Stop the sweep
          <small> and go back to {nm(homeNm)}</small>
        </button>
      )}
      {(phase === 'built' || phase === 'kept') && (
        <button
          type="button"
          disabled={!mayAct}
          onClick={() => void act.ask({ type: 'sweep-start', settings: again })}
        >
          Repeat the sweep
        </button>
      )}
    </div>
  );
}

/** Whether something moves the focus or works on a sweep. */
export function isBusyWith({ sweep, suggesting }: CalibrationStatus): boolean {
  return suggesting || (sweep !== null && WORKING.includes(sweep.phase));
}
