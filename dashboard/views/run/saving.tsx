import { useSignal } from '@preact/signals';
import { PLACEHOLDERS, runFolderName } from '#protocol/run-folder-name.ts';
import type { RigChanges, RigChoices, RunState } from '#protocol/run-state.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { formatCount } from '../../words/format-number.ts';
import { formatBytes, formatDuration } from '../recordings/format.ts';
import { type RunActs, refusalOf } from './act.ts';
import { RunNotes } from './notes.tsx';

const TITLES = { name: 'Name of the run', pattern: 'File name pattern' } as const;

/** Saving: start and stop, what the next run is called, and for how long there is room. */
export function RunSaving({ store, run, acts }: { store: LiveStore; run: RunState; acts: RunActs }) {
  const typed = useSignal<RigChanges>({});
  const { saving, disk, rig } = run;
  const choices: RigChoices = { ...rig, ...(typed.value as Partial<RigChoices>) };
  const cannot = acts.whyNot.value !== null;
  const hasCamera = store.camera.value?.connected ?? false;
  const refusal = refusalOf(acts, 'saving');
  const camera = store.camera.value?.camera ?? 'camera';
  const named = runFolderName({ ...choices, camera, startedAt: new Date() });

  /** Forgets what the tracker has taken, but not what was typed while it did. */
  function taken(sent: RigChanges): void {
    const left = Object.entries(typed.value).filter(
      ([key, value]) => sent[key as keyof RigChanges] !== value,
    );
    typed.value = Object.fromEntries(left);
  }

  /** Leaving a field keeps it for the rig; what is refused stays as it was typed. */
  async function keep(): Promise<void> {
    const changes = typed.value;
    if (Object.keys(changes).length === 0 || 'problem' in named) return;
    if (await acts.act('saving', { type: 'set-rig', choices: changes })) taken(changes);
  }

  async function start(): Promise<void> {
    const { pattern, name, notes } = choices;
    const sent = { pattern, name, notes };
    if (await acts.act('saving', { type: 'start-saving', ...sent })) taken(sent);
  }

  return (
    <section class="panel" aria-labelledby="run-saving-title">
      <header>
        <h2 id="run-saving-title">Saving</h2>
        <span class={`readout ${disk.isLow ? 'is-low' : ''}`}>
          <span class={disk.isLow ? 'tone-warning' : ''}>{diskWords(run)}</span>
        </span>
      </header>
      <div class="run-body">
        <div class="run-line">
          <p role="status">
            Saving <strong class={saving.on ? 'run-on' : ''}>{saving.on ? 'on' : 'off'}</strong>
          </p>
          {saving.on ? (
            <button
              type="button"
              disabled={cannot}
              onClick={() => void acts.act('saving', { type: 'stop-saving' })}
            >
              Stop Saving
            </button>
          ) : (
            <button
              type="button"
              class="run-go"
              disabled={cannot || !hasCamera || 'problem' in named}
              onClick={() => void start()}
            >
              Start Saving
            </button>
          )}
          {saving.on && <Progress run={run} />}
        </div>
        {saving.folder !== null && <code>{saving.folder}</code>}
        {refusal !== null && (
          <p class="tone-lost" role="alert">
            {refusal}
          </p>
        )}
        {saving.on && <RunNotes run={run} acts={acts} />}
        <fieldset class="run-next" disabled={cannot}>
          <legend>Next run</legend>
          {(['name', 'pattern'] as const).map((key) => (
            <label key={key} class="run-field">
              {TITLES[key]}
              <input
                type="text"
                spellcheck={false}
                value={choices[key]}
                aria-describedby="run-folder-name"
                aria-invalid={'problem' in named}
                onInput={({ currentTarget }) => {
                  typed.value = { ...typed.value, [key]: currentTarget.value };
                }}
                onBlur={() => void keep()}
              />
            </label>
          ))}
          <p id="run-folder-name">
            {'folder' in named ? (
              <small>
                makes <code>{named.folder}</code>
              </small>
            ) : (
              <small class="tone-lost">{named.problem}</small>
            )}
            <small class="run-takes" title={placeholderWords()}>
              a pattern takes{' '}
              {Object.keys(PLACEHOLDERS)
                .map((key) => `{${key}}`)
                .join(' ')}
            </small>
          </p>
          <label class="run-field run-wide">
            Notes
            <textarea
              rows={2}
              maxLength={4000}
              value={choices.notes}
              onInput={({ currentTarget }) => {
                typed.value = { ...typed.value, notes: currentTarget.value };
              }}
              onBlur={() => void keep()}
            />
          </label>
          <label class="run-field">
            Warn below
            <input
              type="number"
              min={0}
              step="any"
              value={String(choices.lowDiskGB)}
              onChange={({ currentTarget }) => {
                const lowDiskGB = currentTarget.valueAsNumber;
                if (lowDiskGB >= 0) typed.value = { ...typed.value, lowDiskGB };
              }}
              onBlur={() => void keep()}
            />
            GB of free disk
          </label>
        </fieldset>
      </div>
    </section>
  );
}

function Progress({ run: { saving } }: { run: RunState }) {
  const seconds = saving.startedMs === null ? null : Math.max(0, (Date.now() - saving.startedMs) / 1000);
  return (
    <span class="readout">
      {formatDuration(seconds === null ? null : Math.floor(seconds))} · {formatCount(saving.frames)} frames ·{' '}
      {formatCount(saving.rows)} rows · {formatBytes(saving.bytes)}
      {saving.rowsLost > 0 && <span class="tone-lost"> · {formatCount(saving.rowsLost)} rows lost</span>}
    </span>
  );
}

function diskWords({ disk: { freeBytes, leftS }, saving }: RunState): string {
  if (!Number.isFinite(freeBytes)) return 'free disk unknown';
  const free = `${formatBytes(freeBytes)} free`;
  if (!saving.on || !Number.isFinite(leftS)) return free;
  const days = leftS / 86_400;
  return `${free}, ${days > 2 ? `${Math.floor(days)} days` : formatDuration(leftS)} at this rate`;
}

function placeholderWords(): string {
  return Object.entries(PLACEHOLDERS)
    .map(([key, meaning]) => `{${key}}: ${meaning}`)
    .join('\n');
}
