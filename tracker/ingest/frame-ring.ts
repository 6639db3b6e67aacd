/**
 * Frame buffers that go round: filled on receipt, lent to an engine, handed back.
 * Aligned to 8 bytes, unlike a message of a socket; the copy into one is the only copy of the pixels on the host.
 */
export class FrameRing {
  #free: ArrayBuffer[] = [];
  #bytes = 0;

  /** A buffer holding a copy of these pixels; a new one only while the ring grows to its working size. */
  fill(pixels: Uint8Array): ArrayBuffer {
    const bytes = Math.ceil(pixels.length / 8) * 8;
    if (bytes !== this.#bytes) {
      this.#free = [];
      this.#bytes = bytes;
    }
    const buffer = this.#free.pop() ?? new ArrayBuffer(bytes);
    new Uint8Array(buffer).set(pixels);
    return buffer;
  }

  /** Takes a buffer back. */
  release(buffer: ArrayBuffer): void {
    if (buffer.byteLength === this.#bytes) this.#free.push(buffer);
  }
}
