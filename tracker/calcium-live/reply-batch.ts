import type { CellFrame } from '#calcium-stages/define.ts';
import { CELL_COLUMNS } from '#protocol/calcium-live.ts';
import type { CellWaveform } from '#sinks/cell-sink.ts';
import type { MeasuredReply } from './calcium-messages.ts';

/** Frames of one reply at most. */
const MOST_FRAMES = 16;

/** Frames that are measured and not told of yet, all of the same cells. */
export class ReplyBatch {
  readonly #cells: Uint16Array;
  /** [column, frame, cell] */
  readonly #values: Float32Array;
  readonly #events: Uint8Array;
  readonly #measuredNs = new BigInt64Array(MOST_FRAMES);
  #waveforms: CellWaveform[] = [];
  #us = 0;

  frames = 0;

  constructor(cells: Uint16Array) {
    this.#cells = cells;
    this.#values = new Float32Array(CELL_COLUMNS.length * MOST_FRAMES * cells.length);
    this.#events = new Uint8Array(MOST_FRAMES * cells.length);
  }

  get isFull(): boolean {
    return this.frames === MOST_FRAMES;
  }

  add({ columns, event, waveforms }: CellFrame, measuredNs: bigint, us: number): void {
    const cells = this.#cells.length;
    for (const [index, name] of CELL_COLUMNS.entries()) {
      this.#values.set(columns[name], (index * MOST_FRAMES + this.frames) * cells);
    }
    this.#events.set(event, this.frames * cells);
    for (const { cell, ...waveform } of waveforms) {
      this.#waveforms.push({ ...waveform, cell: this.#cells[cell]! });
    }
    this.#measuredNs[this.frames++] = measuredNs;
    this.#us += us;
  }

  /** The frames since the last call, in memory of their own. */
  take(projected: number): MeasuredReply {
    const { frames } = this;
    const length = frames * this.#cells.length;
    const values = new Float32Array(CELL_COLUMNS.length * length);
    for (let column = 0; column < CELL_COLUMNS.length; column++) {
      const from = column * MOST_FRAMES * this.#cells.length;
      values.set(this.#values.subarray(from, from + length), column * length);
    }
    const reply: MeasuredReply = {
      type: 'measured',
      measuredNs: this.#measuredNs.slice(0, frames),
      values,
      events: this.#events.slice(0, length),
      waveforms: this.#waveforms,
      us: this.#us,
      projected,
    };
    this.#waveforms = [];
    this.#us = 0;
    this.frames = 0;
    return reply;
  }
}
