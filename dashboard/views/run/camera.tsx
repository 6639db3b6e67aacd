import type { LiveStore } from '../../store/live-store.ts';
import { type RunActs, refusalOf } from './act.ts';
import { RunSetting } from './setting.tsx';

/** Acquire, and the settings of the camera as its adapter tells them. */
export function RunCamera({ store, acts }: { store: LiveStore; acts: RunActs }) {
  const camera = store.camera.value;
  const run = store.run.value;
  const acquire = run?.acquire ?? 'unknown';
  const refusal = refusalOf(acts, 'acquire');
  const isThere = camera?.connected ?? false;
  return (
    <section class="panel" aria-labelledby="run-camera-title">
      <header>
        <h2 id="run-camera-title">Acquire</h2>
        <span class="readout">{camera && isThere ? camera.camera : 'no camera'}</span>
      </header>
      <div class="run-body">
        <div class="run-line">
          <p role="status">
            Acquire{' '}
            <strong class={acquire === 'off' ? 'tone-warning' : ''}>{acquireWords(acquire, isThere)}</strong>
          </p>
          {acquire !== 'unknown' && (
            <button
              type="button"
              disabled={acts.whyNot.value !== null}
              onClick={() => void acts.act('acquire', { type: 'acquire', on: acquire === 'off' })}
            >
              {acquire === 'off' ? 'Start Acquire' : 'Stop Acquire'}
            </button>
          )}
        </div>
        {isThere && acquire === 'unknown' && (
          <p>
            <small>This camera cannot be stopped from here: stop its adapter.</small>
          </p>
        )}
        {refusal !== null && (
          <p class="tone-lost" role="alert">
            {refusal}
          </p>
        )}
        {run && run.settings.length > 0 && (
          <fieldset class="run-settings">
            <legend class="unseen">Camera settings</legend>
            {run.settings.map((setting) => (
              <RunSetting key={setting.name} setting={setting} acts={acts} />
            ))}
          </fieldset>
        )}
        {isThere && run?.settings.length === 0 && (
          <p>
            <small>This camera tells of no settings.</small>
          </p>
        )}
        <Engine store={store} />
      </div>
    </section>
  );
}

function Engine({ store }: { store: LiveStore }) {
  const engine = store.engine.value;
  return engine ? (
    <p class="run-engine">
      <small>
        Tracked by {engine.engine} on {engine.device}: {engine.why}
      </small>
    </p>
  ) : null;
}

function acquireWords(acquire: 'on' | 'off' | 'unknown', isThere: boolean): string {
  if (!isThere) return 'waits for a camera';
  if (acquire === 'off') return 'off: no frames are taken';
  return 'on';
}
