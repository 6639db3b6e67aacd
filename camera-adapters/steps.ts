import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What lets a stepped camera expose its next frame: one frame a value, the end of the camera at its end. */
export type Steps = AsyncIterable<unknown>;

/** A step for every line of `input`; at a terminal, every press of Enter. */
export function stepsOfLines(input: Readable = process.stdin): Steps {
  return {
    [Symbol.asyncIterator]() {
      // Not before: an interface loses the lines that arrive while nobody iterates.
      const lines = createInterface({ input });
      const iterator = lines[Symbol.asyncIterator]();
      return {
        next: () => iterator.next(),
        async return() {
          // Pauses the input, which would keep the process alive.
          lines.close();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** Steps of a program or a test. */
export interface ManualSteps extends Steps {
  /** Lets `frames` more frames through. */
  step(frames?: number): void;
  /** Ends the camera once the steps given so far are taken. */
  end(): void;
}

/** Steps that are given by calls; those given before anybody waits are kept. */
export function manualSteps(): ManualSteps {
  let given = 0;
  let ended = false;
  let wake = () => {};
  return {
    step(frames = 1) {
      given += frames;
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        if (given > 0) {
          given--;
          yield;
        } else if (ended) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
