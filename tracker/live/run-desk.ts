import type { CameraControls } from '#ingest/camera-controls.ts';
import type { CameraSetting, SettingValue } from '#protocol/camera-controls.ts';
import { DeviceError, ProtocolError, RecordingError } from '#protocol/errors.ts';
import type { EventMessage } from '#protocol/live.ts';
import { isMovieRequest, type MovieRequest } from '#protocol/movie-request.ts';
import type { Roi } from '#protocol/roi.ts';
import { runFolderName } from '#protocol/run-folder-name.ts';
import { isRunRequest, type PeopleRequest, type RunRequest } from '#protocol/run-request.ts';
import { type RigChanges, type RunState, type SavingState, withChanges } from '#protocol/run-state.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import type { ChangeRequest } from '#sinks/live-hub-options.ts';
import type { Viewer } from '#sinks/viewer.ts';
import type { Config } from '../config.ts';
import { AlarmBook } from './alarm-book.ts';
import { ControlHolder } from './control-holder.ts';
import { DiskSpace } from './disk-space.ts';
import { LiveMovies } from './live-movies.ts';
import type { LiveRun } from './live-run.ts';
import { RigSettings } from './rig-settings.ts';
import type { RunDescription } from './run-recorders.ts';

export interface RunDeskOptions {
  config: Config;
  /** File that keeps what the rig needs after a restart; nothing is kept when left out. */
  rigFile?: string | undefined;
  hub: Pick<LiveHub, 'announce' | 'open'>;
  run(): LiveRun | null;
  /** The frame rate of the camera is another. */
  onCamera(): void;
  event(level: EventMessage['level'], text: string): void;
}

const MOST_NOTES_TOLD = 50;

/** Camera and recording as people act on them: Acquire and Saving, each for itself, and who may. */
export class RunDesk {
  readonly movies: LiveMovies;
  readonly #options: RunDeskOptions;
  readonly #rig: RigSettings;
  readonly #alarms = new AlarmBook();
  readonly #people: ControlHolder;
  readonly #disk: DiskSpace;
  #controls: CameraControls | null = null;
  #settings: readonly CameraSetting[] = [];
  #begun: Pick<SavingState, 'startedMs' | 'notes' | 'noteLog'> = { startedMs: null, notes: '', noteLog: [] };
  #wasLow = false;

  constructor(options: RunDeskOptions) {
    const { config, event, hub, rigFile = null } = options;
    this.#options = options;
    // Not at once: whoever makes this takes no events yet.
    this.#rig = new RigSettings(rigFile, (text) => queueMicrotask(() => event('warning', text)));
    this.#people = new ControlHolder(
      this.#alarms,
      () => hub.open,
      (text) => event('info', text),
    );
    this.#disk = new DiskSpace(config.recording.folder);
    this.#disk.note(null);
    this.movies = new LiveMovies({
      ...{ config, event },
      run: () => options.run(),
      cameraSettings: () => changedSettings([], this.#settings),
    });
  }

  /** What a run is begun with. */
  get runOptions() {
    const { folder, enabled } = this.#options.config.recording;
    return { recordings: folder, saves: enabled, describe: () => this.#describe() };
  }

  /** Beads to begin with where nobody says which: those the rig had last. */
  beadsIn(frame: { width: number; height: number }): Roi[] {
    return this.#rig.beadsIn(frame);
  }

  /** px of the ROIs of new beads; undefined for those of the settings. */
  get newRoiSize(): number | undefined {
    return this.#rig.choices.roiSize ?? undefined;
  }

  /** What can be changed of the camera that came or changed; null when it left. */
  useControls(controls: CameraControls | null): void {
    const before = this.#controls;
    this.#controls = controls;
    const told = controls?.settings ?? [];
    const changed = before === controls ? changedSettings(this.#settings, told) : {};
    this.#settings = told;
    const { onCamera, run: runNow } = this.#options;
    const run = runNow();
    if (Object.keys(changed).length > 0) run?.recorder?.log({ cameraSettings: changed });
    const fps = told.find(({ name }) => name === 'fps')?.value;
    if (run && run.camera.fps > 0 && typeof fps === 'number' && fps !== run.camera.fps) {
      run.camera.fps = fps;
      onCamera();
    }
    this.#announce();
  }

  /**
   * Does what is asked of camera, recording, control and alarms, and lets all else pass that its asker may do now.
   * @returns what is left to be done by others
   * @throws {TweezertrackError} saying why not
   */
  async control(
    asked: ChangeRequest,
    asker: Viewer,
  ): Promise<Exclude<ChangeRequest, RunRequest | PeopleRequest | MovieRequest> | null> {
    const request = this.#people.admit(asked, asker);
    if (!request) return null;
    if (isMovieRequest(request)) await this.movies.control(request);
    else if (isRunRequest(request)) await this.#do(request, this.#people.nameOf(asker));
    else return request;
    this.#announce();
    return null;
  }

  /** A warning or error becomes an alarm. */
  noted(level: EventMessage['level'], text: string): void {
    if (level !== 'info') this.#alarms.add(level, text);
  }

  viewersChanged(): void {
    this.#people.tell();
  }

  /** The beads of the run are others than before. */
  beadsChanged(): void {
    const run = this.#options.run();
    if (run) this.#rig.keepBeads(run.camera, run.roiTable.list());
  }

  /** Twice a second: looks at the disk, and tells of alarms. */
  tick(): void {
    const recorder = this.#options.run()?.recorder ?? null;
    this.#disk.note(recorder?.stats.bytesWritten ?? null);
    const { isLow, freeBytes, leftS } = this.#disk.state(this.#rig.choices.lowDiskGB);
    if (recorder && isLow && !this.#wasLow) {
      const left = Number.isFinite(leftS) ? `, ${Math.round(leftS / 60)} min at this rate` : '';
      this.#options.event(
        'warning',
        `the disk of the recordings is low: ${(freeBytes / 1e9).toFixed(1)} GB${left}`,
      );
    }
    this.#wasLow = recorder !== null && isLow;
    this.movies.tick();
    this.#people.tellAlarms();
  }

  /** What snapshot and status say. */
  get state(): { run: RunState } {
    const { choices } = this.#rig;
    const acquiring = this.#controls?.acquiring ?? null;
    return {
      run: {
        acquire: acquiring === null ? 'unknown' : acquiring ? 'on' : 'off',
        settings: [...this.#settings],
        saving: this.#saving(),
        disk: this.#disk.state(choices.lowDiskGB),
        rig: choices,
        movie: this.movies.state,
      },
    };
  }

  async close(): Promise<void> {
    await this.movies.close();
    await this.#rig.close();
  }

  /** @param by who asks, or empty */
  async #do(request: RunRequest, by: string): Promise<void> {
    const who = by && ` (${by})`;
    const log = by ? { by } : {};
    switch (request.type) {
      case 'acquire':
        await this.#camera(request.type).acquire(request.on);
        this.#options.run()?.recorder?.log({ acquire: request.on, ...log });
        this.#options.event('info', `Acquire ${request.on ? 'on' : 'off: the camera takes no frames'}${who}`);
        break;
      case 'set-camera':
        await this.#camera(request.type).set(request.name, request.value);
        break;
      case 'start-saving': {
        const { type: _, id: __, ...changes } = request;
        await this.#startSaving(changes, who);
        break;
      }
      case 'stop-saving': {
        const run = this.#running(request.type);
        const folder = run.recorder?.folder;
        await run.recorders.stop();
        this.#begun = { startedMs: null, notes: '', noteLog: [] };
        this.#options.event('info', `Saving off: ${folder}${who}`);
        break;
      }
      case 'add-note': {
        const { recorder } = this.#running(request.type);
        if (!recorder) {
          const complaint = { where: 'note', expected: 'a recording to write it into', received: 'none' };
          throw new RecordingError({
            ...complaint,
            remedy: 'start Saving, or write it into the notes before',
          });
        }
        recorder.log({ note: request.text, ...log });
        const noteLog = [...this.#begun.noteLog, { timeMs: Date.now(), text: request.text }];
        this.#begun = { ...this.#begun, noteLog: noteLog.slice(-MOST_NOTES_TOLD) };
        break;
      }
      case 'set-rig':
        this.#choose(request.choices);
        break;
      default:
        request satisfies never;
    }
  }

  async #startSaving(changes: RigChanges, who: string): Promise<void> {
    const run = this.#running('start-saving');
    this.#choose(changes);
    const { folder } = await run.recorders.start();
    this.#options.event('info', `recording to ${folder}${who}`);
  }

  /** @throws {ProtocolError} for a pattern that makes no safe name */
  #choose(changes: RigChanges): void {
    const all = withChanges(this.#rig.choices, changes);
    const named = runFolderName({ ...all, camera: 'camera', startedAt: new Date() });
    if ('problem' in named) {
      const received = `pattern '${all.pattern}' and name '${all.name}'`;
      throw new ProtocolError({ where: named.problem, expected: 'a safe name of a folder', received });
    }
    this.#rig.choose(changes);
  }

  #describe(): RunDescription {
    const startedAt = new Date();
    const { pattern, name, notes } = this.#rig.choices;
    const camera = this.#options.run()?.camera.camera ?? 'camera';
    const named = runFolderName({ pattern, name, camera, startedAt });
    // Another day or camera may have made the name too long.
    const folder =
      'folder' in named ? named.folder : startedAt.toISOString().slice(0, 19).replace(/[T:]/g, '-');
    this.#begun = { startedMs: startedAt.getTime(), notes, noteLog: [] };
    const cameraSettings = changedSettings([], this.#settings);
    return { folder, ...(notes && { notes }), ...(this.#settings.length > 0 && { cameraSettings }) };
  }

  #saving(): SavingState {
    const recorder = this.#options.run()?.recorder ?? null;
    if (!recorder) {
      const none = { frames: 0, rows: 0, rowsLost: 0, bytes: 0, notes: '', noteLog: [] };
      return { on: false, folder: null, startedMs: null, ...none };
    }
    const { frames, rowsWritten: rows, rowsLost, bytesWritten: bytes } = recorder.stats;
    return {
      on: true,
      folder: recorder.folder,
      ...this.#begun,
      frames: frames.tracked,
      rows,
      rowsLost,
      bytes,
    };
  }

  #announce(): void {
    this.#options.hub.announce({ type: 'run-state', ...this.state });
  }

  #camera(where: string): CameraControls {
    if (this.#controls) return this.#controls;
    const run = this.#options.run();
    const received = run ? 'an adapter that says of nothing to change' : 'none yet';
    throw new DeviceError({ where, expected: 'a camera that can be told', received });
  }

  #running(where: string): LiveRun {
    const run = this.#options.run();
    if (run) return run;
    throw new RecordingError({ where, expected: 'a camera', received: 'none yet', remedy: 'connect one' });
  }
}

/** Settings that are not as they were, by name. */
function changedSettings(
  before: readonly CameraSetting[],
  now: readonly CameraSetting[],
): Record<string, SettingValue> {
  const known = new Map(before.map(({ name, value }) => [name, value]));
  return Object.fromEntries(
    now.filter(({ name, value }) => known.get(name) !== value).map(({ name, value }) => [name, value]),
  );
}
