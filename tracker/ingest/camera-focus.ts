import type { TrackerMessage } from '#protocol/camera-link.ts';
import { DeviceError } from '#protocol/errors.ts';
import { type FocusMessage, type FocusRequest, parseFocusMessage } from '#protocol/focus-link.ts';
import type { FocusPosition, FocusStage, FocusStageFacts } from '#protocol/focus-stage.ts';

/** For an adapter to answer, ms. */
const ANSWER_MS = 5000;

interface Waiting {
  resolve(answer: FocusMessage): void;
  reject(error: DeviceError): void;
  timer: NodeJS.Timeout;
}

/** The focus stage of a camera adapter, moved over the link its frames come by. */
export class CameraFocus implements FocusStage {
  readonly facts: FocusStageFacts;
  readonly clock = 'frames';
  readonly #send: (message: TrackerMessage) => void;
  readonly #answerMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #gone = false;

  /** @param answerMs for the adapter to answer */
  constructor(facts: FocusStageFacts, send: (message: TrackerMessage) => void, answerMs = ANSWER_MS) {
    this.facts = facts;
    this.#send = send;
    this.#answerMs = answerMs;
  }

  async move(zNm: number): Promise<void> {
    await this.#ask({ type: 'focus-move', id: ++this.#lastId, zNm });
  }

  async position(): Promise<FocusPosition> {
    const { zNm, settled, tNs } = await this.#ask({ type: 'focus-position', id: ++this.#lastId });
    return { zNm, settled, atNs: BigInt(tNs) };
  }

  async stop(): Promise<void> {
    await this.#ask({ type: 'focus-stop', id: ++this.#lastId });
  }

  async close(): Promise<void> {
    this.lost();
  }

  /**
   * Takes an answer of the adapter; one that came too late is passed over.
   * @throws {ProtocolError} when it is none
   */
  answered(raw: Record<string, unknown>): void {
    const answer = parseFocusMessage(raw);
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#forget(answer.id, waiting);
    if (answer.error === null) waiting.resolve(answer);
    else waiting.reject(this.#error('it done', answer.error));
  }

  /** The link is gone: nothing will be answered any more. */
  lost(): void {
    this.#gone = true;
    for (const [id, waiting] of this.#waiting) {
      this.#forget(id, waiting);
      waiting.reject(this.#goneError());
    }
  }

  #ask(request: FocusRequest): Promise<FocusMessage> {
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
    return this.#error('a link to the camera', 'none');
  }

  #error(expected: string, received: string): DeviceError {
    return new DeviceError({ where: `focus stage ${this.facts.name}`, expected, received });
  }
}
