import { StackError } from '#protocol/errors.ts';
import { STRING, type TdmsType, TIMESTAMP, tdmsType, timestampNs, unreadTypeName } from './tdms-types.ts';

/** Value of a property; a timestamp is ns since 1970. */
export type TdmsProperty = number | bigint | string | boolean;

/** The description of a segment, read from front to back in its byte order. */
export class TdmsBytes {
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  readonly #where: string;
  #at = 0;

  /** @param where file and segment, for messages */
  constructor(bytes: Uint8Array, littleEndian: boolean, where: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = littleEndian;
    this.#where = where;
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), this.#littleEndian);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), this.#littleEndian));
  }

  text(): string {
    const length = this.uint32();
    const at = this.#take(length);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length));
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** @throws {StackError} if it is of a type of which not even the size is known */
  property(name: string): TdmsProperty {
    const number = this.uint32();
    const type = tdmsType(number);
    if (type === STRING) return this.text();
    if (!type) throw this.refused(`property '${name}' of a known type`, unreadTypeName(number));
    return this.#value(type, this.#take(type.bytes));
  }

  refused(expected: string, received: string, remedy?: string): StackError {
    return new StackError({ where: this.#where, expected, received, ...(remedy && { remedy }) });
  }

  #value({ name, bytes, dtype }: TdmsType, at: number): TdmsProperty {
    const [view, little] = [this.#view, this.#littleEndian];
    if (name === TIMESTAMP.name) {
      const [fraction, seconds] = little ? [at, at + 8] : [at + 8, at];
      return timestampNs(view.getBigInt64(seconds, little), view.getBigUint64(fraction, little));
    }
    switch (dtype) {
      case 'i1':
        return view.getInt8(at);
      case 'i2':
        return view.getInt16(at, little);
      case 'i4':
        return view.getInt32(at, little);
      case 'i8':
        return view.getBigInt64(at, little);
      case 'u1':
        return name === 'boolean' ? view.getUint8(at) !== 0 : view.getUint8(at);
      case 'u2':
        return view.getUint16(at, little);
      case 'u4':
        return view.getUint32(at, little);
      case 'u8':
        return view.getBigUint64(at, little);
      case 'f4':
        return view.getFloat32(at, little);
      case 'f8':
        return view.getFloat64(at, little);
      default:
        return `${bytes} bytes of a ${name}`;
    }
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#view.byteLength) {
      throw this.refused(`${bytes} bytes of description at byte ${at}`, `${this.#view.byteLength - at}`);
    }
    this.#at += bytes;
    return at;
  }
}
