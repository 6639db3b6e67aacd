import { batch, signal } from '@preact/signals';
import type { CalciumRedo } from '#protocol/calcium-redo.ts';
import type { RedoAsk } from './redo-request.ts';

type Fetch = (ask: RedoAsk, signal: AbortSignal) => Promise<CalciumRedo>;

/** The redo of one recording, cell by cell: who goes on to another cell does not wait for the one before. */
export class Redo {
  /** What came last, of the recording that is asked for; null before. */
  readonly answer = signal<CalciumRedo | null>(null);
  readonly isLoading = signal(false);
  readonly error = signal<string | null>(null);
  readonly #fetch: Fetch;
  #abort: AbortController | null = null;
  #name: string | null = null;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** Makes a cell of a recording again; of the first cell where it is null. */
  async ask(name: string, cell: number | null, smoothS: number): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    batch(() => {
      if (name !== this.#name) this.answer.value = null;
      this.isLoading.value = true;
      this.error.value = null;
    });
    this.#name = name;
    try {
      const known = this.answer.peek()?.cells;
      const cells = known ?? (await this.#fetch({ name, cells: [], smoothS }, abort.signal)).cells;
      const wanted = cell !== null && cells.includes(cell) ? cell : cells[0];
      const asked = wanted === undefined ? [] : [wanted];
      const answer = await this.#fetch({ name, cells: asked, smoothS }, abort.signal);
      if (!abort.signal.aborted) this.answer.value = answer;
    } catch (cause) {
      if (!abort.signal.aborted) this.error.value = cause instanceof Error ? cause.message : String(cause);
    }
    if (!abort.signal.aborted) this.isLoading.value = false;
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.isLoading.value = false;
  }
}
