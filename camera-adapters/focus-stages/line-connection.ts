import { connect, type Socket } from 'node:net';
import { DeviceError } from '#protocol/errors.ts';

/** Longer answers are none. */
const MOST_LINE_BYTES = 4096;

interface Waiting {
  resolve(line: string): void;
  reject(error: DeviceError): void;
}

/**
 * A device that answers lines with lines over TCP, such as a serial port behind a terminal server.
 *
 * Questions take turns. One without an answer in time ends the connection, so that its late answer is not taken for that
 * of the next; the next question connects anew.
 */
export class LineConnection {
  readonly #host: string;
  readonly #port: number;
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #ending: string;
  #socket: Socket | null = null;
  #text = '';
  #waiting: Waiting | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  /** Raised by what is urgent: questions that were asked before and not sent are given up. */
  #era = 0;
  /** Answers to come that nobody waits for any more. */
  #unwanted = 0;

  constructor(options: { host: string; port: number; name: string; timeoutMs: number; ending: string }) {
    this.#host = options.host;
    this.#port = options.port;
    this.#name = options.name;
    this.#timeoutMs = options.timeoutMs;
    this.#ending = options.ending;
  }

  /**
   * Sends a line; resolves with the line that answers it, or with null once it is sent when none is expected.
   * @throws {DeviceError} when there is no connection, no answer in time, or something urgent came first
   */
  ask(line: string, answered: boolean): Promise<string | null> {
    const era = this.#era;
    const turn = this.#turn.then(() => this.#exchange(line, answered, era));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Sends a line ahead of all questions, which fail; resolves once it is sent. An answer to it is passed over. */
  async urgent(line: string, answered: boolean): Promise<void> {
    this.#era++;
    if (this.#waiting) this.#unwanted++;
    this.#fail('something urgent in between');
    const socket = await this.#open();
    if (answered) this.#unwanted++;
    await this.#write(socket, line);
  }

  close(): void {
    this.#fail('the end of the connection');
    this.#socket?.destroy();
    this.#socket = null;
  }

  async #exchange(line: string, answered: boolean, era: number): Promise<string | null> {
    if (era !== this.#era) throw this.#error('an answer', 'something urgent in between');
    const socket = await this.#open();
    if (era !== this.#era) throw this.#error('an answer', 'something urgent in between');
    if (!answered) {
      await this.#write(socket, line);
      return null;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = null;
        socket.destroy();
        reject(this.#error(`an answer to '${line}' within ${this.#timeoutMs} ms`, 'none'));
      }, this.#timeoutMs);
      this.#waiting = {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      socket.write(line + this.#ending);
    });
  }

  #write(socket: Socket, line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      socket.write(line + this.#ending, (cause) => {
        if (cause) reject(this.#error('a connection', cause.message));
        else resolve();
      });
    });
  }

  #open(): Promise<Socket> {
    const open = this.#socket;
    if (open && !open.destroyed) return Promise.resolve(open);
    const socket = connect({ host: this.#host, port: this.#port });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.destroy();
        reject(this.#error(`a connection within ${this.#timeoutMs} ms`, 'none'));
      }, this.#timeoutMs);
      socket.setNoDelay(true);
      socket.on('error', (cause) => reject(this.#error('a connection', cause.message)));
      socket.on('data', (bytes) => this.#receive(socket, bytes));
      socket.on('connect', () => {
        this.#socket?.destroy();
        this.#socket = socket;
        this.#text = '';
        this.#unwanted = 0;
        resolve(socket);
      });
      socket.on('close', () => {
        clearTimeout(timer);
        if (this.#socket !== socket) return;
        this.#socket = null;
        this.#fail('the end of the connection');
      });
      socket.on('connect', () => clearTimeout(timer));
    });
  }

  #receive(socket: Socket, bytes: Buffer): void {
    if (socket !== this.#socket) return;
    this.#text += bytes.toString('latin1');
    const lines = this.#text.split(/\r\n|\r|\n/);
    this.#text = lines.pop()!;
    if (this.#text.length > MOST_LINE_BYTES) {
      socket.destroy();
      return;
    }
    for (const line of lines) {
      if (line.trim() === '') continue;
      if (this.#unwanted > 0) {
        this.#unwanted--;
        continue;
      }
      // A line that nobody asked for is no answer.
      this.#waiting?.resolve(line.trim());
      this.#waiting = null;
    }
  }

  #fail(received: string): void {
    this.#waiting?.reject(this.#error('an answer', received));
    this.#waiting = null;
  }

  #error(expected: string, received: string): DeviceError {
    const remedy = 'check the address, the cable and the device';
    return new DeviceError({ where: this.#name, expected, received, remedy });
  }
}
