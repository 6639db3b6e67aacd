import {
  MOVIE_FORMATS,
  MOVIE_SUBJECTS,
  type MovieFormat,
  type MovieState,
  type MovieSubject,
} from '#protocol/movie.ts';
import type { MovieChoices } from '#protocol/movie-request.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { formatCount } from '../../words/format-number.ts';
import { type RunActs, refusalOf } from './act.ts';
import { filmWords, keptWords, shortWords } from './movie-words.ts';

const SUBJECTS = { frames: 'whole frames', rois: 'ROIs of the beads' } as const;
const FORMATS: Readonly<Record<MovieFormat, string>> = {
  tiff: 'BigTIFF',
  raw: 'raw pixels',
  zarr: 'OME-Zarr',
};
/** Some of what people keep. */
const KEPT_S = [0, 2, 5, 10, 30, 60, 120] as const;

/** Movies of the run: on or off, and what just happened, for who wants it written. */
export function RunMovie({ store, movie, acts }: { store: LiveStore; movie: MovieState; acts: RunActs }) {
  const { every, film, format, kept, record } = movie;
  const cannot = acts.whyNot.value !== null;
  const hasCamera = store.camera.value?.connected ?? false;
  const refusal = refusalOf(acts, 'movie');
  const isOn = record !== 'off';
  const lost = film.lost + kept.lost;
  const choose = (choices: MovieChoices) => void acts.act('movie', { type: 'set-movie', choices });
  const seconds = [...new Set([...KEPT_S, kept.lastS])].sort((a, b) => a - b);
  const short = shortWords(movie);
  return (
    <section class="panel" aria-labelledby="run-movie-title">
      <header>
        <h2 id="run-movie-title">Movie</h2>
        {lost > 0 && <span class="readout tone-lost">{formatCount(lost)} frames not in it</span>}
      </header>
      <div class="run-body">
        <div class="run-line">
          <p role="status">
            Movie <strong class={isOn ? 'run-on' : ''}>{isOn ? `on: ${SUBJECTS[record]}` : 'off'}</strong>
          </p>
          {isOn ? (
            <button type="button" disabled={cannot} onClick={() => choose({ record: 'off' })}>
              Stop Movie
            </button>
          ) : (
            MOVIE_SUBJECTS.map((subject) => (
              <button
                key={subject}
                type="button"
                class="run-go"
                disabled={cannot || !hasCamera}
                onClick={() => choose({ record: subject })}
              >
                {subject === 'frames' ? 'Film frames' : 'Film ROIs'}
              </button>
            ))
          )}
          <label class="run-field">
            Format
            <select
              disabled={cannot}
              value={format}
              onChange={({ currentTarget }) => choose({ format: currentTarget.value as MovieFormat })}
            >
              {MOVIE_FORMATS.map((one) => (
                <option key={one} value={one}>
                  {FORMATS[one]}
                </option>
              ))}
            </select>
          </label>
          <label class="run-field">
            One frame in
            <input
              type="number"
              min={1}
              step={1}
              disabled={cannot}
              value={String(every)}
              onChange={({ currentTarget }) => {
                const next = currentTarget.valueAsNumber;
                if (Number.isInteger(next) && next >= 1) choose({ every: next });
                else currentTarget.value = String(every);
              }}
            />
          </label>
        </div>
        {film.file !== null && (
          <p>
            <code>{film.file}</code> <span class="readout">{filmWords(movie)}</span>
          </p>
        )}
        <div class="run-line">
          <label class="run-field">
            Keep the last
            <select
              disabled={cannot}
              value={String(kept.lastS)}
              onChange={({ currentTarget }) => choose({ lastS: Number(currentTarget.value) })}
            >
              {seconds.map((lastS) => (
                <option key={lastS} value={String(lastS)}>
                  {lastS === 0 ? 'nothing' : `${lastS} s`}
                </option>
              ))}
            </select>
          </label>
          <label class="run-field">
            of
            <select
              disabled={cannot}
              value={kept.subject}
              onChange={({ currentTarget }) => choose({ lastOf: currentTarget.value as MovieSubject })}
            >
              {MOVIE_SUBJECTS.map((subject) => (
                <option key={subject} value={subject}>
                  {SUBJECTS[subject]}
                </option>
              ))}
            </select>
          </label>
          {kept.lastS > 0 && (
            <button
              type="button"
              class="run-go"
              disabled={cannot || kept.frames === 0}
              onClick={() => void acts.act('movie', { type: 'save-last' })}
            >
              Save the last {kept.lastS} s
            </button>
          )}
          {kept.lastS > 0 && (
            <span class="readout">
              {keptWords(movie)}
              {short !== null && <span class="tone-warning"> · {short}</span>}
              {kept.saving !== null && ` · ${formatCount(kept.saving)} still to be written`}
            </span>
          )}
        </div>
        {kept.file !== null && (
          <p>
            saved: <code>{kept.file}</code>
          </p>
        )}
        {refusal !== null && (
          <p class="tone-lost" role="alert">
            {refusal}
          </p>
        )}
      </div>
    </section>
  );
}
