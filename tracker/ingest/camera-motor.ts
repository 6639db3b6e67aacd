import type { TrackerMessage } from '#protocol/camera-link.ts';
import { DeviceError } from '#protocol/errors.ts';
import type { Motor, MotorFacts, MotorPosition } from '#protocol/motor.ts';
import { type MotorMessage, type MotorRequest, parseMotorMessage } from '#protocol/motor-link.ts';
import { AdapterQuestions } from './adapter-questions.ts';

/** A motor of a camera adapter, moved over the link its frames come by. */
export class CameraMotor implements Motor {
  readonly facts: MotorFacts;
  readonly clock = 'frames';
  readonly #send: (message: TrackerMessage) => void;
  readonly #questions: AdapterQuestions<MotorMessage>;

  /** @param answerMs for the adapter to answer */
  constructor(facts: MotorFacts, send: (message: TrackerMessage) => void, answerMs?: number) {
    this.facts = facts;
    this.#send = send;
    this.#questions = new AdapterQuestions({
      answerMs,
      error: (expected, received) =>
        new DeviceError({ where: `${facts.motor} ${facts.name}`, expected, received }),
    });
  }

  async move(to: number): Promise<void> {
    await this.#ask((id) => ({ type: 'motor-move', id, motor: this.facts.motor, to }));
  }

  async position(): Promise<MotorPosition> {
    const { at, settled, tNs } = await this.#ask((id) => {
      return { type: 'motor-position', id, motor: this.facts.motor };
    });
    return { at, settled, atNs: BigInt(tNs) };
  }

  async stop(): Promise<void> {
    await this.#ask((id) => ({ type: 'motor-stop', id, motor: this.facts.motor }));
  }

  async close(): Promise<void> {
    this.lost();
  }

  /** Takes an answer of the adapter; one that came too late is passed over. */
  answered(answer: MotorMessage): void {
    this.#questions.answered(answer);
  }

  /** The link is gone: nothing will be answered any more. */
  lost(): void {
    this.#questions.lost();
  }

  #ask(requestOf: (id: number) => MotorRequest): Promise<MotorMessage> {
    return this.#questions.ask(requestOf(0).type, (id) => this.#send(requestOf(id)));
  }
}

/** The motors that an adapter announced. */
export class CameraMotors {
  readonly list: readonly CameraMotor[];

  constructor(motors: readonly MotorFacts[], send: (message: TrackerMessage) => void) {
    this.list = motors.map((facts) => new CameraMotor(facts, send));
  }

  /**
   * Takes an answer of the adapter; one of a motor that it did not announce is passed over.
   * @throws {ProtocolError} when it is none
   */
  answered(raw: Record<string, unknown>): void {
    const answer = parseMotorMessage(raw);
    this.list.find(({ facts }) => facts.motor === answer.motor)?.answered(answer);
  }

  lost(): void {
    for (const motor of this.list) motor.lost();
  }
}
