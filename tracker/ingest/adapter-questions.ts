import type { DeviceError } from '#protocol/errors.ts';

/** For an adapter to answer, ms: at half a frame a second the next one is 2 s away. */
const ANSWER_MS = 5000;

interface AdapterQuestionsOptions {
  /** For the adapter to answer, ms; 5 s when left out. */
  answerMs?: number | undefined;
  /** What is asked, for messages. */
  error(expected: string, received: string): DeviceError;
}

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: DeviceError): void;
  timer: NodeJS.Timeout;
}

/** What an adapter was asked and has not answered yet. */
export class AdapterQuestions<Answer extends { id: number; error: string | null }> {
  readonly #options: AdapterQuestionsOptions;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #lastId = 0;
  #gone = false;

  constructor(options: AdapterQuestionsOptions) {
    this.#options = options;
  }

  /**
   * Asks by sending a message with the number that it is given.
   * @throws {DeviceError} saying why it was not done, that no answer came, or that the link is gone
   */
  ask(what: string, send: (id: number) => void): Promise<Answer> {
    const { answerMs = ANSWER_MS, error } = this.#options;
    if (this.#gone) return Promise.reject(this.#goneError());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(error(`an answer to ${what} within ${answerMs} ms`, 'none'));
      }, answerMs);
      this.#waiting.set(id, { resolve, reject, timer });
      send(id);
    });
  }

  /** Takes an answer; one that came too late, or that nobody asked for, is passed over. */
  answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#forget(answer.id, waiting);
    if (answer.error === null) waiting.resolve(answer);
    else waiting.reject(this.#options.error('it done', answer.error));
  }

  /** The link is gone: nothing will be answered any more. */
  lost(): void {
    this.#gone = true;
    for (const [id, waiting] of this.#waiting) {
      this.#forget(id, waiting);
      waiting.reject(this.#goneError());
    }
  }

  #forget(id: number, { timer }: Waiting<Answer>): void {
    clearTimeout(timer);
    this.#waiting.delete(id);
  }

  #goneError(): DeviceError {
    return this.#options.error('a link to the camera', 'none');
  }
}
