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

/** For an adapter to answer, ms: at half a frame a second the next one is 2 s away. */
const ANSWER_MS = 5000;

interface Waiting {
  resolve(): void;
  reject(error: DeviceError): void;
  timer: NodeJS.Timeout;
}

/** What can be changed of a camera, over the link its frames come by. */
export class CameraControls {
  readonly #camera: string;
  readonly #send: (message: TrackerMessage) => void;
  readonly #answerMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #settings: readonly CameraSetting[];
  #acquiring: boolean | null;
  #lastId = 0;
  #gone = false;

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
    answerMs = ANSWER_MS,
  ) {
    this.#camera = camera;
    this.#settings = settings ?? [];
    this.#acquiring = acquiring ?? null;
    this.#send = send;
    this.#answerMs = answerMs;
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
    await this.#ask({ type: 'camera-set', id: ++this.#lastId, name, value });
  }

  /** @throws {DeviceError} of a camera that cannot stop and go on, or did not */
  async acquire(on: boolean): Promise<void> {
    if (this.#acquiring === null) {
      throw this.#error(
        'one that can stop and go on',
        'an adapter that says of none; stop the adapter itself',
      );
    }
    await this.#ask({ type: 'acquire', id: ++this.#lastId, on });
  }

  /**
   * Takes an answer of the adapter, or what it tells unasked; one that came too late tells how things are, too.
   * @throws {ProtocolError} when it is none
   */
  answered(raw: Record<string, unknown>): CameraControlsMessage {
    const answer = parseCameraControls(raw);
    this.#settings = answer.settings;
    this.#acquiring = answer.acquiring;
    const waiting = this.#waiting.get(answer.id);
    if (waiting) {
      this.#forget(answer.id, waiting);
      if (answer.error === null) waiting.resolve();
      else waiting.reject(this.#error('it done', answer.error));
    }
    return answer;
  }

  /** The link is gone: nothing will be answered any more. */
  lost(): void {
    this.#gone = true;
    for (const [id, waiting] of this.#waiting) {
      this.#forget(id, waiting);
      waiting.reject(this.#goneError());
    }
  }

  #ask(request: CameraControlRequest): Promise<void> {
    if (this.#gone) return Promise.reject(this.#goneError());
    return new Promise((resolve, reject) => {
      const { id, type } = request;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(this.#error(`an answer to ${type} within ${this.#answerMs} ms`, 'none'));
      }, this.#answerMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send(request);
    });
  }

  #forget(id: number, { timer }: Waiting): void {
    clearTimeout(timer);
    this.#waiting.delete(id);
  }

  #goneError(): DeviceError {
    return this.#error('a link to it', 'none');
  }

  #error(expected: string, received: string): DeviceError {
    return new DeviceError({ where: `camera '${this.#camera}'`, expected, received });
  }
}
