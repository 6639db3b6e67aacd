type RowValues = Float32Array | Uint8Array | BigInt64Array;

const FIRST_LENGTH = 1024;

/** Values by index, as many as come; what was never set is `blank`. */
export class GrowingRow<Values extends RowValues> {
  readonly #make: new (
    length: number,
  ) => Values;
  readonly #blank: Values[number];
  #values: Values;

  constructor(make: new (length: number) => Values, blank: Values[number]) {
    this.#make = make;
    this.#blank = blank;
    this.#values = this.#blanks(FIRST_LENGTH);
  }

  set(at: number, value: Values[number]): void {
    if (at >= this.#values.length) this.#values = this.#longer(2 * Math.max(at, this.#values.length));
    this.#values[at] = value;
  }

  /** The first `length` values. */
  take(length: number): Values {
    if (length > this.#values.length) this.#values = this.#longer(length);
    return this.#values.slice(0, length) as Values;
  }

  #longer(length: number): Values {
    const longer = this.#blanks(length);
    longer.set(this.#values as never);
    return longer;
  }

  #blanks(length: number): Values {
    return new this.#make(length).fill(this.#blank as never) as Values;
  }
}
