import type { Group } from 'h5wasm';
import { ConfigError, LimitError } from '#protocol/errors.ts';
import { createHdf5, GrowingDataset, writeFacts } from './hdf5-file.ts';
import type { ExportSource } from './source.ts';
import { type ColumnValues, columnAt, type ExportTable } from './table.ts';

/** The format has numbers of beads of 16 bits. */
const LAST_BEAD = 65_535;

/** Of MagScope's stacks, which are its batches. */
const BATCH_FRAMES = 40;

/**
 * Writes HDF5 with the group `/tracking` of MagScope's recordings (schema version 1): `frame_timestamps_ns`,
 * `frame_offsets`, `bead_ids`, `positions_nm` [record, (x, y, z)], z as recorded; batches are of 40 frames. What that
 * layout has no place for is in `/tweezertrack`: the number of each frame, and of each record score, status, z times the
 * focal shift and where motors were.
 * @returns rows of tracks
 * @throws {ConfigError} where the size of a pixel is not known
 * @throws {LimitError} for a bead whose number takes more than 16 bits
 * @throws {RecordingError} when the recording cannot be read
 */
export async function writeMagScope(path: string, { tracks, facts }: ExportSource): Promise<number> {
  if (!tracks.columns.some(({ name }) => name === 'xNm')) {
    throw new ConfigError({
      where: '--layout magscope',
      expected: 'positions in nm',
      received: 'a recording in px',
      remedy: 'give the size of a pixel in the plane of the beads with --pixel-size',
    });
  }
  return createHdf5(path, async (file) => {
    writeFacts(file, facts);
    const writer = new TrackingGroup(
      file.create_group('tracking'),
      file.create_group('tweezertrack'),
      tracks,
    );
    for await (const block of tracks.blocks()) {
      writer.append(block);
      file.flush();
    }
    writer.finish();
    return tracks.rows;
  });
}

class TrackingGroup {
  readonly #tracking: Group;
  readonly #table: ExportTable;
  readonly #perFrame: Record<'timestamps' | 'offsets' | 'batches' | 'numbers', GrowingDataset>;
  readonly #perRecord: Record<'beads' | 'positions', GrowingDataset>;
  /** Further columns, as they are. */
  readonly #kept: { column: number; dataset: GrowingDataset }[];
  /** [batch] the first record of each. */
  readonly #batchRecords: number[] = [];
  #frames = 0;
  #records = 0;
  #frame = -1;
  #timeNs = -1n;
  #rangeNs: [min: bigint, max: bigint] | null = null;
  #startNs = 0n;

  constructor(tracking: Group, others: Group, table: ExportTable) {
    this.#tracking = tracking;
    this.#table = table;
    const { rows } = table;
    this.#perFrame = {
      timestamps: new GrowingDataset(tracking, 'frame_timestamps_ns', 'u64', rows),
      offsets: new GrowingDataset(tracking, 'frame_offsets', 'u64', rows + 1),
      batches: new GrowingDataset(tracking, 'frame_batch_sequence', 'u64', rows),
      numbers: new GrowingDataset(others, 'frame_numbers', 'u32', rows),
    };
    this.#perRecord = {
      beads: new GrowingDataset(tracking, 'bead_ids', 'u16', rows),
      positions: new GrowingDataset(tracking, 'positions_nm', 'f64', rows, 3),
    };
    const names = {
      ...{ score: 'scores', status: 'status', zCorrectedNm: 'z_corrected_nm' },
      ...{ focusZNm: 'focus_z_nm', magnetMm: 'magnet_mm', magnetTurns: 'magnet_turns' },
    };
    this.#kept = Object.entries(names).flatMap(([from, to]) => {
      const column = table.columns.findIndex(({ name }) => name === from);
      if (column < 0) return [];
      return [{ column, dataset: new GrowingDataset(others, to, table.columns[column]!.type, rows) }];
    });
  }

  append(block: readonly ColumnValues[]): void {
    const column = (name: string) => block[columnAt(this.#table, name)]!;
    const bead = column('bead') as Uint32Array;
    const wrong = bead.find((id) => id > LAST_BEAD);
    if (wrong !== undefined) {
      const expected = `numbers of beads up to ${LAST_BEAD}`;
      throw new LimitError({ where: '--layout magscope', expected, received: `${wrong}` });
    }
    this.#perRecord.beads.append(Uint16Array.from(bead));
    const axes = ['xNm', 'yNm', 'zNm'].map(column) as Float64Array[];
    const positions = new Float64Array(3 * bead.length);
    for (const [axis, values] of axes.entries()) {
      for (let row = 0; row < values.length; row++) positions[3 * row + axis] = values[row]!;
    }
    this.#perRecord.positions.append(positions);
    for (const { column: at, dataset } of this.#kept) dataset.append(block[at]!);
    this.#appendFrames(column('frame') as Uint32Array, column('timeNs') as BigInt64Array);
  }

  #appendFrames(frame: Uint32Array, timeNs: BigInt64Array): void {
    const times: bigint[] = [];
    const offsets: bigint[] = [];
    const numbers: number[] = [];
    for (let row = 0; row < frame.length; row++) {
      if (frame[row] === this.#frame && timeNs[row] === this.#timeNs) continue;
      this.#frame = frame[row]!;
      this.#timeNs = timeNs[row]!;
      const at = this.#frames + numbers.length;
      if (at % BATCH_FRAMES === 0) this.#batchRecords.push(this.#records + row);
      times.push(this.#timeNs);
      offsets.push(BigInt(this.#records + row));
      numbers.push(this.#frame);
      const [min, max] = this.#rangeNs ?? [this.#timeNs, this.#timeNs];
      if (!this.#rangeNs) this.#startNs = this.#timeNs;
      this.#rangeNs = [min < this.#timeNs ? min : this.#timeNs, max > this.#timeNs ? max : this.#timeNs];
    }
    this.#perFrame.timestamps.append(BigUint64Array.from(times));
    this.#perFrame.offsets.append(BigUint64Array.from(offsets));
    const batchOf = (_: number, at: number) => BigInt(Math.floor((this.#frames + at) / BATCH_FRAMES));
    this.#perFrame.batches.append(BigUint64Array.from(numbers.map(batchOf)));
    this.#perFrame.numbers.append(Uint32Array.from(numbers));
    this.#frames += numbers.length;
    this.#records += frame.length;
  }

  finish(): void {
    this.#perFrame.offsets.append(BigUint64Array.of(BigInt(this.#records)));
    const starts = this.#batchRecords;
    const batch = (name: string, of: (batch: number) => number) =>
      new GrowingDataset(this.#tracking, name, 'u64', starts.length).append(
        BigUint64Array.from(starts, (_, at) => BigInt(of(at))),
      );
    batch('batch_sequence', (at) => at);
    batch('batch_frame_start', (at) => at * BATCH_FRAMES);
    batch('batch_frame_count', (at) => Math.min(BATCH_FRAMES, this.#frames - at * BATCH_FRAMES));
    batch('batch_record_start', (at) => starts[at]!);
    batch('batch_record_count', (at) => (starts[at + 1] ?? this.#records) - starts[at]!);
    const [minNs, maxNs] = this.#rangeNs ?? [0n, 0n];
    const numbers = {
      schema_version: 1n,
      include_roi_positions: 0n,
      recording_start_ns: this.#startNs,
      file_start_ns: this.#startNs,
      rotation_interval_ns: 0n,
      min_frame_timestamp_ns: minNs,
      max_frame_timestamp_ns: maxNs,
    };
    for (const [name, value] of Object.entries(numbers)) {
      this.#tracking.create_attribute(name, BigUint64Array.of(value) as never, [], '<Q');
    }
    const texts = {
      record_order: 'writer_append_order',
      batch_sequence_order: 'video_task_enqueue_order',
      recording_id: String(this.#startNs),
    };
    for (const [name, text] of Object.entries(texts)) this.#tracking.create_attribute(name, text);
  }
}
