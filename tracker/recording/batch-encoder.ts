import {
  type Data,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
} from 'apache-arrow';

/** Ends an Arrow IPC stream. */
export const END_OF_STREAM = new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0]);

/** Bytes of an Arrow IPC stream, message by message, so that the caller decides when and where they are written. */
export class BatchEncoder {
  /** The schema message with all its metadata: the first bytes of the file. */
  readonly header: Uint8Array;
  readonly #schema: Schema;
  readonly #schemaBytes: number;

  constructor(schema: Schema) {
    this.header = schemaMessage(schema);
    this.#schema = new Schema(schema.fields);
    this.#schemaBytes = schemaMessage(this.#schema).byteLength;
  }

  /**
   * One record batch message in its own memory.
   * @param columns [field] in the order of the schema
   */
  encode(columns: Data[], rows: number): Uint8Array {
    const struct = new Struct(this.#schema.fields);
    const batch = new RecordBatch(
      this.#schema,
      makeData({ type: struct, length: rows, nullCount: 0, children: columns }),
    );
    // A writer for each batch: one kept open would remember the place of every batch, without end.
    const stream = RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);
    return stream.subarray(this.#schemaBytes, stream.byteLength - END_OF_STREAM.byteLength);
  }
}

function schemaMessage(schema: Schema): Uint8Array {
  const stream = RecordBatchStreamWriter.writeAll(new Table(schema)).toUint8Array(true);
  return stream.subarray(0, stream.byteLength - END_OF_STREAM.byteLength);
}
