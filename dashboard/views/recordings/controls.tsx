import { formatDuration, formatMoment } from './format.ts';
import { type Playback, SPEEDS, WINDOWS_S } from './playback.ts';

/** Share of the time shown that an arrow key moves. */
const KEY_STEP = 0.1;

/** Play and pause, where in the recording, how fast, and how much time is shown. */
export function ReplayControls({ playback }: { playback: Playback }) {
  const { atS, endS, windowS, speed, isPlaying } = playback;
  const moment = `${formatMoment(atS.value, windowS.value)} of ${formatMoment(endS.value, windowS.value)}`;
  const windows = [...WINDOWS_S.filter((seconds) => seconds < endS.value), endS.value];
  const isZoomed = !windows.includes(windowS.value);
  return (
    <div class="replay-controls" role="toolbar" aria-label="Replay">
      <button type="button" class="play" onClick={() => playback.toggle()}>
        {isPlaying.value ? 'Pause' : 'Play'}
      </button>
      <input
        type="range"
        aria-label="Time in the recording"
        aria-valuetext={moment}
        min={0}
        max={endS.value}
        step="any"
        value={atS.value}
        onInput={({ currentTarget }) => playback.seek(currentTarget.valueAsNumber)}
        onKeyDown={(event) => onSeekKey(event, playback)}
      />
      <span class="moment">{moment}</span>
      <label>
        Speed{' '}
        <select
          value={String(speed.value)}
          onChange={({ currentTarget }) => {
            speed.value = Number(currentTarget.value);
          }}
        >
          {SPEEDS.map((times) => (
            <option key={times} value={String(times)}>
              {times}×
            </option>
          ))}
        </select>
      </label>
      <label>
        Shown{' '}
        <select
          value={String(windowS.value)}
          onChange={({ currentTarget }) => playback.show(Number(currentTarget.value))}
        >
          {isZoomed && (
            <option value={String(windowS.value)}>{formatMoment(windowS.value, windowS.value)}</option>
          )}
          {windows.map((seconds) => (
            <option key={seconds} value={String(seconds)}>
              {seconds === endS.value ? 'all' : seconds < 60 ? `${seconds} s` : formatDuration(seconds)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** Arrow keys move by a tenth of what is shown, page keys by all of it; the space bar plays. */
function onSeekKey(event: KeyboardEvent, playback: Playback): void {
  const { atS, windowS, endS } = playback;
  const step = KEY_STEP * windowS.peek();
  const seek = (toS: number) => () => playback.seek(toS);
  const actions: Record<string, () => void> = {
    ArrowLeft: seek(atS.peek() - step),
    ArrowDown: seek(atS.peek() - step),
    ArrowRight: seek(atS.peek() + step),
    ArrowUp: seek(atS.peek() + step),
    PageUp: seek(atS.peek() + windowS.peek()),
    PageDown: seek(atS.peek() - windowS.peek()),
    Home: seek(0),
    End: seek(endS.peek()),
    ' ': () => playback.toggle(),
  };
  const action = actions[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}
