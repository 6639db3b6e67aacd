import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RecordingDetails } from '#protocol/recordings.ts';
import { unitOf } from '../../plots/plot-definitions.ts';
import { formatCount } from '../../words/format-number.ts';
import { MAX_REPLAYED_BEADS, ReplayBeads } from './beads.tsx';
import { ReplayControls } from './controls.tsx';
import { WindowFeed } from './feed.ts';
import { formatStart } from './format.ts';
import { ReplayMotor } from './motor.tsx';
import { createPlayback } from './playback.ts';
import { motorPlots, REPLAY_PLOTS, runReplayPlots } from './plots.ts';
import { ReplayReadings } from './readings.tsx';
import { fetchDetails, fetchWindow } from './requests.ts';

/** One recording over time. */
export function Replay({ name, onClose }: { name: string; onClose(): void }) {
  const details = useSignal<RecordingDetails | null>(null);
  const error = useSignal<string | null>(null);
  useEffect(() => {
    fetchDetails(name).then(
      (answer) => {
        details.value = answer;
      },
      (cause: Error) => {
        error.value = cause.message;
      },
    );
  }, [name]);
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus(), []);
  return (
    <section class="panel replay" aria-labelledby="replay-title">
      <header>
        <button type="button" ref={back} onClick={onClose}>
          All recordings
        </button>
        <h2 id="replay-title">Replay of {name}</h2>
        {details.value !== null && <span class="readout">{describe(details.value)}</span>}
      </header>
      {error.value !== null && (
        <p class="empty tone-lost" role="alert">
          It could not be opened: {error.value}
        </p>
      )}
      {details.value === null && error.value === null && (
        <p class="empty" role="status">
          Finding its rows
        </p>
      )}
      {details.value !== null && details.value.rows === 0 && <p class="empty">It has no row.</p>}
      {details.value !== null && details.value.rows > 0 && <OpenedReplay details={details.value} />}
    </section>
  );
}

/** Where it came from, and when its first frame was. */
function describe({ camera, firstNs, rows }: RecordingDetails): string {
  const began = firstNs === null ? [] : [formatStart(new Date(Number(BigInt(firstNs) / 1_000_000n)))];
  return [camera.camera, ...began, `${formatCount(rows)} rows`].join(' · ');
}

function OpenedReplay({ details }: { details: RecordingDetails }) {
  const stack = useRef<HTMLDivElement>(null);
  const beads: Signal<readonly number[]> = useSignal(details.beads.slice(0, 1));
  const cursorS = useSignal<number | null>(null);
  const playback = useMemo(() => createPlayback(details.endS), [details]);
  const feed = useMemo(
    () => new WindowFeed(playback, (ask, signal) => fetchWindow(details.name, ask, signal)),
    [details],
  );
  useEffect(() => {
    const containers = [...(stack.current?.querySelectorAll<HTMLElement>('.plot') ?? [])];
    return runReplayPlots(containers, { details, beads, playback, feed, cursorS });
  }, [details]);

  const pixelSizeNm = details.camera.pixelSizeNm ?? Number.NaN;
  const window = feed.window.value;
  const of = `bead${beads.value.length === 1 ? '' : 's'} ${beads.value.join(', ')}`;
  return (
    <>
      <ReplayBeads ids={details.beads} chosen={beads} />
      <div class="plots" ref={stack} aria-busy={feed.isLoading.value}>
        {REPLAY_PLOTS.map(({ column, name }) => {
          const unit = unitOf(column, pixelSizeNm).name;
          return (
            <div class={`trace trace-${name}`} key={column}>
              <p class="trace-reading">
                <b>{name}</b>
                <span class="unit">
                  {unit}
                  {column !== 'zNm' && ' from where it was first shown'}
                </span>
              </p>
              <div class="plot" role="img" aria-label={`${name} of ${of} in ${unit} against time in s`} />
            </div>
          );
        })}
        {motorPlots(details).map((plot) => (
          <ReplayMotor key={plot.column} {...{ plot, feed, cursorS }} atS={playback.atS} />
        ))}
        {beads.value.length === 0 && <p class="stage-badge">Choose up to {MAX_REPLAYED_BEADS} beads</p>}
      </div>
      {window !== null && window.readEvery > 1 && (
        <p class="replay-note tone-warning" role="status">
          This much time is more than can be read at once: one of {window.readEvery} blocks is shown, short
          events may be missing. Show less time to see every point.
        </p>
      )}
      {feed.error.value !== null && (
        <p class="replay-note tone-lost" role="alert">
          {feed.error.value}{' '}
          <button type="button" onClick={() => feed.retry()}>
            Try again
          </button>
        </p>
      )}
      <ReplayControls playback={playback} />
      <ReplayReadings {...{ details, feed, cursorS }} atS={playback.atS} />
    </>
  );
}
