import {
  type AnnouncedControls,
  type CameraControlRequest,
  type CameraControlsMessage,
  type CameraSetting,
  parseCameraControls,
  type SettingValue,
} from '#protocol/camera-controls.ts';
import type { HelloMessage, TrackerMessage } from '#protocol/camera-link.ts';
import { DeviceError } from '#protocol/errors.ts';
import { whyNotSet } from '#protocol/why-not-set.ts';
import { AdapterQuestions } from './adapter-questions.ts';

/** What can be changed of a camera, over the link its frames come by. */
export class CameraControls {
  readonly #camera: string;
  readonly #send: (message: TrackerMessage) => void;
  readonly #questions: AdapterQuestions<CameraControlsMessage>;
  #settings: readonly CameraSetting[];
  #acquiring: boolean | null;

  /** Those that a camera announced; null when it did not. */
  static of(
    { camera, controls }: HelloMessage,
    send: (message: TrackerMessage) => void,
  ): CameraControls | null {
    return controls ? new CameraControls(camera, controls, send) : null;
  }

  /** @param answerMs for the adapter to answer */
  constructor(
    camera: string,
    { settings, acquiring }: AnnouncedControls,
    send: (message: TrackerMessage) => void,
    answerMs?: number,
  ) {
    this.#camera = camera;
    this.#settings = settings ?? [];
    this.#acquiring = acquiring ?? null;
    this.#send = send;
    this.#questions = new AdapterQuestions({
      answerMs,
      error: (expected, received) => this.#error(expected, received),
    });
  }

  /** Settings as the adapter told them last. */
  get settings(): readonly CameraSetting[] {
    return this.#settings;
  }

  /** Whether frames are taken; null for a camera that cannot stop and go on. */
  get acquiring(): boolean | null {
    return this.#acquiring;
  }

  /** @throws {DeviceError} saying why not */
  async set(name: string, value: SettingValue): Promise<void> {
    const setting = this.#settings.find((one) => one.name === name);
    const known = this.#settings.map((one) => one.name).join(', ') || 'none';
    const problem = setting ? whyNotSet(setting, value) : `${name}, and it has ${known}`;
    if (problem !== null) throw this.#error('a setting it has', problem);
    await this.#ask((id) => ({ type: 'camera-set', id, name, value }));
  }

  /** @throws {DeviceError} of a camera that cannot stop and go on, or did not */
  async acquire(on: boolean): Promise<void> {
    if (this.#acquiring === null) {
      throw this.#error(
        'one that can stop and go on',
        'an adapter that says of none; stop the adapter itself',
      );
    }
    await this.#ask((id) => ({ type: 'acquire', id, on }));
  }

  /**
   * Takes an answer of the adapter, or what it tells unasked; one that came too late tells how things are, too.
   * @throws {ProtocolError} when it is none
   */
  answered(raw: Record<string, unknown>): CameraControlsMessage {
    const answer = parseCameraControls(raw);
    this.#settings = answer.settings;
    this.#acquiring = answer.acquiring;
    this.#questions.answered(answer);
    return answer;
  }

  /** The link is gone: nothing will be answered any more. */
  lost(): void {
    this.#questions.lost();
  }

  async #ask(requestOf: (id: number) => CameraControlRequest): Promise<void> {
    await this.#questions.ask(requestOf(0).type, (id) => this.#send(requestOf(id)));
  }

  #error(expected: string, received: string): DeviceError {
    return new DeviceError({ where: `camera '${this.#camera}'`, expected, received });
  }
}
