import { join } from 'node:path';
import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { FilmOrder } from '#movies/film-order.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import { RecordingError } from '#protocol/errors.ts';
import type { EventMessage } from '#protocol/live.ts';
import type { FilmState, KeptState, MovieState, MovieSubject } from '#protocol/movie.ts';
import type { MovieChoices, MovieRequest } from '#protocol/movie-request.ts';
import type { Roi } from '#protocol/roi.ts';
import { programVersion } from '#recording/program-version.ts';
import type { Config } from '../config.ts';
import type { MovieSettings } from '../settings/movie-settings.ts';
import { MovieOutput } from './movie-output.ts';
import { SpellAlarm } from './spell-alarm.ts';
import type { WholeFrames } from './whole-frames.ts';

/** A run as far as its movies go. */
interface FilmedRun {
  readonly roiTable: { list(): readonly Roi[] };
  readonly recorder: { readonly folder: string } | null;
}

export interface LiveMoviesOptions {
  config: Pick<Config, 'movie' | 'recording' | 'pipeline'>;
  run(): FilmedRun | null;
  /** Settings of the camera as they are now. */
  cameraSettings(): Readonly<Record<string, string | number>>;
  event(level: EventMessage['level'], text: string): void;
}

/** Where frames come from. */
interface Source {
  camera: HelloMessage;
  host: Pick<EngineHost, 'holdRoom' | 'returnRoom'>;
  frames: Pick<WholeFrames, 'need'>;
}

/**
 * Movies of a run beside its tracks: frames as they come, and the last of them in memory for who asks. Both are read
 * where they lie, by threads that are left out of a frame rather than waited for.
 */
export class LiveMovies {
  readonly #options: LiveMoviesOptions;
  readonly #settings: MovieSettings;
  readonly #alarm: SpellAlarm;
  #source: Source | null = null;
  #rois: readonly Roi[] = [];
  #film: MovieOutput | null = null;
  #keeper: MovieOutput | null = null;
  /** Run folder of the film, null for one beside the runs; undefined when the next frame begins another. */
  #filmedIn: string | null | undefined;
  #filmed: Pick<FilmState, 'file' | 'bytes'> = { file: null, bytes: 0 };
  #rate = { atMs: 0, bytes: 0, bytesPerS: 0 };
  #kept: Pick<KeptState, 'frames' | 'seconds' | 'bytes' | 'saving' | 'file'> = NOTHING_KEPT;

  constructor(options: LiveMoviesOptions) {
    this.#options = options;
    this.#settings = { ...options.config.movie };
    this.#alarm = new SpellAlarm((frames) =>
      options.event(
        'warning',
        `movies fall behind: ${frames} frames are not in them, but tracked; a faster disk, or fewer frames`,
      ),
    );
  }

  get state(): MovieState {
    const { every, format, lastOf, lastS, maxMemoryMiB, record } = this.#settings;
    const [film, keeper] = [this.#film?.thread, this.#keeper?.thread];
    return {
      ...{ record, format, every },
      film: {
        ...this.#filmed,
        ...{ frames: film?.frames ?? 0, waiting: film?.waiting ?? 0, lost: film?.lost ?? 0 },
        bytesPerS: this.#rate.bytesPerS,
      },
      kept: { ...this.#kept, lastS, subject: lastOf, maxMemoryMiB, lost: keeper?.lost ?? 0 },
    };
  }

  /** A camera has come whose frames may be filmed. */
  begin(source: Source): void {
    this.#source = source;
    this.#arrange();
  }

  /** @param rois that frames from now on are tracked with, a list that does not change */
  setRois(rois: readonly Roi[]): void {
    this.#rois = rois;
  }

  /** Takes a frame of the run before it is tracked; its room is held until it is written and kept. */
  received(frame: ReceivedFrame, room: FrameRoom): void {
    const { every, lastOf, record } = this.#settings;
    if (frame.id % every !== 0) return;
    if (this.#film && record !== 'off') {
      const folder = this.#options.run()?.recorder?.folder ?? null;
      if (folder !== this.#filmedIn) this.#film.thread.film(this.#order('movie', record));
      this.#filmedIn = folder;
      this.#film.offer(frame, room, record, this.#rois);
    }
    if (this.#isKeeping) this.#keeper?.offer(frame, room, lastOf, this.#rois);
  }

  /**
   * Does what is asked of movies.
   * @throws {RecordingError} when there is nothing to save
   */
  async control(request: MovieRequest): Promise<void> {
    if (request.type === 'set-movie') this.#choose(request.choices);
    else this.#save();
  }

  /** Twice a second: tells of losses, and reckons the rate. */
  tick(nowMs = performance.now()): void {
    const { film, kept } = this.state;
    this.#alarm.note(film.lost + kept.lost);
    const { atMs, bytes } = this.#rate;
    if (nowMs - atMs < RATE_OVER_MS) return;
    const more = Math.max(0, film.bytes - bytes);
    const bytesPerS = atMs > 0 ? (1000 * more) / (nowMs - atMs) : 0;
    this.#rate = { atMs: nowMs, bytes: film.bytes, bytesPerS };
  }

  /** Writes what has come. */
  async close(): Promise<void> {
    await Promise.all([this.#film?.thread.close(), this.#keeper?.thread.close()]);
  }

  get #isKeeping(): boolean {
    return this.#settings.lastS > 0;
  }

  #choose(choices: MovieChoices): void {
    const before = { ...this.#settings };
    for (const [name, value] of Object.entries(choices)) {
      if (value !== undefined) Object.assign(this.#settings, { [name]: value });
    }
    const { every, format, lastS, record } = this.#settings;
    const isOther = record !== before.record || format !== before.format || every !== before.every;
    if (isOther && before.record !== 'off') this.#film?.thread.film(null);
    if (isOther) this.#filmedIn = undefined;
    if (record !== before.record) {
      this.#options.event(
        'info',
        record === 'off' ? 'Movie off' : `Movie on: ${SUBJECTS[record]} as ${format}`,
      );
    }
    if (lastS !== before.lastS) {
      this.#options.event('info', lastS > 0 ? `the last ${lastS} s are kept` : 'nothing is kept');
    }
    this.#arrange();
  }

  /** Has the threads and the frames that the settings need. */
  #arrange(): void {
    const source = this.#source;
    if (!source) return;
    const { lastOf, lastS, maxMemoryMiB, record } = this.#settings;
    if (record !== 'off') this.#film ??= this.#openFilm(source);
    if (this.#isKeeping) this.#keeper ??= this.#openKeeper(source);
    this.#keeper?.thread.send({ type: 'keep', lastS, mostBytes: maxMemoryMiB * 2 ** 20 });
    source.frames.need(this, record === 'frames' || (this.#isKeeping && lastOf === 'frames'));
  }

  #openFilm({ camera, host }: Source): MovieOutput {
    return new MovieOutput({
      ...{ shape: camera, host, queueBytes: this.#settings.queueMiB * 2 ** 20 },
      onReply: (reply) => {
        if (reply.type === 'film') this.#filmed = { file: reply.file, bytes: reply.bytes };
        else if (reply.type === 'trouble') this.#trouble(reply);
      },
      onDeath: (cause, frames) => {
        this.#film = null;
        this.#filmedIn = undefined;
        this.#settings.record = 'off';
        this.#options.event('error', `Movie off: its thread has ended (${cause}), ${frames} frames are lost`);
        this.#arrange();
      },
    });
  }

  #openKeeper({ camera, host }: Source): MovieOutput {
    return new MovieOutput({
      ...{ shape: camera, host, queueBytes: this.#settings.queueMiB * 2 ** 20 },
      onReply: (reply) => {
        if (reply.type === 'kept') {
          const { bytes, file, frames, saving, seconds } = reply;
          this.#kept = { bytes, file, frames, saving, seconds };
        } else if (reply.type === 'saved') {
          this.#options.event('info', `${reply.frames} frames saved to ${reply.file}`);
        } else if (reply.type === 'trouble') this.#trouble(reply);
      },
      onDeath: (cause) => {
        const { frames } = this.#kept;
        this.#keeper = null;
        this.#kept = NOTHING_KEPT;
        this.#settings.lastS = 0;
        const lost = `${frames} frames that were kept are lost`;
        this.#options.event('error', `nothing is kept: the thread has ended (${cause}), ${lost}`);
        this.#arrange();
      },
    });
  }

  #save(): void {
    if (!this.#keeper || !this.#isKeeping) {
      throw new RecordingError({
        where: 'save-last',
        expected: 'frames that are kept',
        received: this.#source ? 'none' : 'no camera yet',
        remedy: this.#source ? 'choose for how many seconds frames are kept' : 'connect one',
      });
    }
    this.#keeper.thread.send({ type: 'save', order: this.#order('last', this.#settings.lastOf) });
  }

  #order(name: string, subject: MovieSubject): FilmOrder {
    const { config, cameraSettings, run } = this.#options;
    const { every, format, partMiB } = this.#settings;
    const { camera, fps, height, pixelFormat, pixelSizeNm, width } = this.#source!.camera;
    const folder = run()?.recorder?.folder ?? null;
    const stamp = new Date().toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
    return {
      base: folder === null ? join(config.recording.folder, `${name}_${stamp}`) : join(folder, name),
      ...{ format, subject, every },
      page: { pixelSizeNm: pixelSizeNm ?? Number.NaN, fps, program: `tweezertrack ${programVersion()}` },
      partBytes: partMiB > 0 ? partMiB * 2 ** 20 : Number.POSITIVE_INFINITY,
      about: {
        camera: { camera, width, height, pixelFormat },
        cameraSettings: cameraSettings(),
        pipeline: config.pipeline,
        rois: this.#rois,
      },
    };
  }

  #trouble({ where, text }: { where: string; text: string }): void {
    const so = 'frames wait for it in memory, and are lost to the movie when there are too many';
    this.#options.event('error', `the disk does not take ${where}: ${text}; ${so}`);
  }
}

const RATE_OVER_MS = 900;
const SUBJECTS = { frames: 'whole frames', rois: 'ROIs' } as const;
const NOTHING_KEPT = { frames: 0, seconds: 0, bytes: 0, saving: null, file: null };
