import { RECORDING_STATES, type RecordingList, type RecordingSummary } from '#protocol/recordings.ts';
import { formatCount } from '../../words/format-number.ts';
import { formatBytes, formatDuration, formatStart, lostFrames, lostWords } from './format.ts';
import { recordingUrl } from './requests.ts';

interface TableProps {
  list: RecordingList;
  onReplay(name: string): void;
  onDelete(recording: RecordingSummary): void;
}

const STATE_TONES = { ended: '', recording: 'tone-ok', incomplete: 'tone-warning', unreadable: 'tone-lost' };

/** A row for each recording, the newest first. */
export function RecordingsTable({ list, onReplay, onDelete }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard.
    <section class="scroller" tabIndex={0} aria-label="List of recordings">
      <table>
        <thead>
          <tr>
            {['Recording', 'Length', 'Frames', 'Beads', 'Size', 'Pipeline'].map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.recordings.map((recording) => (
            <Row key={recording.name} {...{ recording, onReplay, onDelete }} mayDelete={list.mayDelete} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps extends Pick<TableProps, 'onReplay' | 'onDelete'> {
  recording: RecordingSummary;
  mayDelete: boolean;
}

function Row({ recording, mayDelete, onReplay, onDelete }: RowProps) {
  const { name, state, why, startedAt, durationS, frames, rows, beads, bytes, pipeline, zLuts, notes } =
    recording;
  const lost = lostFrames(recording);
  const isReadable = state !== 'unreadable';
  return (
    <tr>
      <th scope="row">
        {name}
        {startedAt !== null && <small>{formatStart(new Date(startedAt))}</small>}
        {state !== 'ended' && <small class={STATE_TONES[state]}>{why ?? RECORDING_STATES[state]}</small>}
        {notes !== null && <small>{notes}</small>}
      </th>
      <td class="number">{formatDuration(durationS)}</td>
      <td class="number">
        {frames ? formatCount(frames.tracked ?? 0) : '–'}
        {lost !== null && lost > 0 && (
          <small class="tone-warning" title={lostWords(recording)}>
            {formatCount(lost)} missing
          </small>
        )}
      </td>
      <td class="number">{beads ?? '–'}</td>
      <td class="number">
        {formatBytes(bytes)}
        {rows !== null && <small>{formatCount(rows)} rows</small>}
      </td>
      <td>
        {pipeline ?? '–'}
        {zLuts.length > 0 && <small>Z-LUT {zLuts.join(', ')}</small>}
      </td>
      <td class="actions">
        {isReadable && (
          <>
            <button
              type="button"
              id={`replay-${name}`}
              aria-label={`Replay ${name}`}
              onClick={() => onReplay(name)}
            >
              Replay
            </button>
            <a class="button" download href={recordingUrl(name, 'tracks.csv')} aria-label={`CSV of ${name}`}>
              CSV
            </a>
            <a
              class="button"
              download
              href={recordingUrl(name, 'tracks.arrows')}
              aria-label={`Arrow of ${name}`}
            >
              Arrow
            </a>
          </>
        )}
        {mayDelete && state !== 'recording' && (
          <button type="button" aria-label={`Delete ${name}`} onClick={() => onDelete(recording)}>
            Delete
          </button>
        )}
      </td>
    </tr>
  );
}
