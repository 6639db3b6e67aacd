/** Hands out memory from an address on, and fills it unless it only counts. */
export function createWriter(buffer: ArrayBufferLike | null, address: number) {
  let next = address;
  const room = (bytes: number) => {
    const at = next;
    next += Math.ceil(bytes / 16) * 16;
    return at;
  };
  return {
    room,
    end: () => next,
    /** @returns where the numbers are */
    floats64(values: ArrayLike<number>): number {
      const at = room(values.length * 8);
      if (buffer) new Float64Array(buffer, at, values.length).set(values);
      return at;
    },
    floats32(length: number, fill: (into: Float32Array) => void): number {
      const at = room(length * 4);
      if (buffer) fill(new Float32Array(buffer, at, length).fill(0));
      return at;
    },
    /** Sets words of a record, by their offsets. */
    words(at: number, values: readonly (readonly [offset: number, value: number])[]): void {
      if (!buffer) return;
      const view = new DataView(buffer);
      for (const [offset, value] of values) view.setUint32(at + offset, value, true);
    },
    double(at: number, value: number): void {
      if (buffer) new DataView(buffer).setFloat64(at, value, true);
    },
  };
}

export type Writer = ReturnType<typeof createWriter>;
