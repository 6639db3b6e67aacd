import { RECORDING_STATES, type RecordingList, type RecordingSummary } from '#protocol/recordings.ts';
import { formatCount } from '../../words/format-number.ts';
import { formatBytes, formatDuration, formatStart, lostFrames, lostWords } from './format.ts';
import { type RecordingFile, recordingUrl } from './requests.ts';

interface TableProps {
  list: RecordingList;
  onReplay(name: string): void;
  onDelete(recording: RecordingSummary): void;
}

const STATE_TONES = { ended: '', recording: 'tone-ok', incomplete: 'tone-warning', unreadable: 'tone-lost' };

/** What else the tracks are handed out as. */
const MORE_FILES: readonly (readonly [RecordingFile, string])[] = [
  ['tracks.parquet', 'Parquet'],
  ['tracks.h5', 'HDF5'],
  ['tracks.h5?layout=magscope', 'HDF5 as MagScope'],
  ['tracks.npz', 'NumPy .npz'],
];

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

function FileLink({ name, file, title }: { name: string; file: RecordingFile; title: string }) {
  return (
    <a class="button" download href={recordingUrl(name, file)} aria-label={`${title} of ${name}`}>
      {title}
    </a>
  );
}

interface RowProps extends Pick<TableProps, 'onReplay' | 'onDelete'> {
  recording: RecordingSummary;
  mayDelete: boolean;
}

function Row({ recording, mayDelete, onReplay, onDelete }: RowProps) {
  const { name, state, why, startedAt, durationS, frames, rows, beads, bytes } = recording;
  const { pipeline, zLuts, notes, cells } = recording;
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
            <FileLink {...{ name, file: 'tracks.csv', title: 'CSV' }} />
            <FileLink {...{ name, file: 'tracks.arrows', title: 'Arrow' }} />
            <details class="more-files">
              <summary aria-label={`More files of ${name}`}>More</summary>
              <div>
                {MORE_FILES.map(([file, title]) => (
                  <FileLink key={file} {...{ name, file, title }} />
                ))}
                {cells !== null && cells > 0 && (
                  <FileLink {...{ name, file: 'cells.csv', title: 'Cells CSV' }} />
                )}
                {cells !== null && cells > 0 && (
                  <FileLink {...{ name, file: 'cells.arrows', title: 'Cells Arrow' }} />
                )}
              </div>
            </details>
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
