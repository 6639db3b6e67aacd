import type { TrackerMessage } from '#protocol/camera-link.ts';
import { DeviceError } from '#protocol/errors.ts';
import { type FocusMessage, type FocusRequest, parseFocusMessage } from '#protocol/focus-link.ts';
import type { FocusPosition, FocusStage, FocusStageFacts } from '#protocol/focus-stage.ts';
import { AdapterQuestions } from './adapter-questions.ts';

/** The focus stage of a camera adapter, moved over the link its frames come by. */
export class CameraFocus implements FocusStage {
  readonly facts: FocusStageFacts;
  readonly clock = 'frames';
  readonly #send: (message: TrackerMessage) => void;
  readonly #questions: AdapterQuestions<FocusMessage>;

  /** @param answerMs for the adapter to answer */
  constructor(facts: FocusStageFacts, send: (message: TrackerMessage) => void, answerMs?: number) {
    this.facts = facts;
    this.#send = send;
    this.#questions = new AdapterQuestions({
      answerMs,
      error: (expected, received) =>
        new DeviceError({ where: `focus stage ${facts.name}`, expected, received }),
    });
  }

  async move(zNm: number): Promise<void> {
    await this.#ask((id) => ({ type: 'focus-move', id, zNm }));
  }

  async position(): Promise<FocusPosition> {
    const { zNm, settled, tNs } = await this.#ask((id) => ({ type: 'focus-position', id }));
    return { zNm, settled, atNs: BigInt(tNs) };
  }

  async stop(): Promise<void> {
    await this.#ask((id) => ({ type: 'focus-stop', id }));
  }

  async close(): Promise<void> {
    this.lost();
  }

  /**
   * Takes an answer of the adapter; one that came too late is passed over.
   * @throws {ProtocolError} when it is none
   */
  answered(raw: Record<string, unknown>): void {
    this.#questions.answered(parseFocusMessage(raw));
  }

  /** The link is gone: nothing will be answered any more. */
  lost(): void {
    this.#questions.lost();
  }

  #ask(requestOf: (id: number) => FocusRequest): Promise<FocusMessage> {
    return this.#questions.ask(requestOf(0).type, (id) => this.#send(requestOf(id)));
  }
}
