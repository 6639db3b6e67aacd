/**
 * Buffers that are made once per length and used again, since the per-frame path must not allocate.
 * What they hold is valid until the next call with the same length.
 */
export function scratch<Buffers>(create: (length: number) => Buffers): (length: number) => Buffers {
  const made = new Map<number, Buffers>();
  return (length) => {
    let buffers = made.get(length);
    if (buffers === undefined) {
      buffers = create(length);
      made.set(length, buffers);
    }
    return buffers;
  };
}
