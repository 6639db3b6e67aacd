import { extname } from 'node:path';
import { ConfigError } from '#protocol/errors.ts';
import type { TrackedFrames, TrackSink } from '#sinks/track-sink.ts';
import { planFits } from '#stages/plan-needs.ts';
import { BatchEncoder, END_OF_STREAM } from './batch-encoder.ts';
import { createCsvWriter } from './csv.ts';
import { OutputFile } from './output-file.ts';
import { type TrackFacts, tracksSchema } from './stream-schema.ts';
import { TrackBlock } from './track-block.ts';

/** Tracks as one file; the caller waits for the disk, so nothing is ever dropped. */
export interface TrackFile extends TrackSink {
  readonly path: string;
  /** Rows taken so far. */
  readonly rows: number;
}

interface BlockWriter {
  write(block: TrackBlock): void;
  end(): void;
}

const BLOCK_ROWS = 32_768;

/**
 * Starts a file of tracks for a command that has no camera to keep up with: `.csv`, or `.arrows` as in a run folder.
 * `tracked` and `close` throw a `RecordingError` when the disk does not take the rows.
 * @throws {ConfigError} for another extension
 * @throws {OutputExistsError} when the file exists and `force` is not set
 * @throws {RecordingError} when it cannot be created
 */
export async function createTrackFile(
  path: string,
  facts: TrackFacts,
  { force = false } = {},
): Promise<TrackFile> {
  const writer = writerFor(path, facts, force);
  const block = new TrackBlock(BLOCK_ROWS, planFits(facts.plan));
  let rows = 0;
  const flush = () => {
    if (block.rows === 0) return;
    writer.write(block);
    block.clear();
  };
  return {
    path,
    get rows() {
      return rows;
    },
    tracked(batch: TrackedFrames) {
      for (let from = block.add(batch, 0); from < batch.frames.length; from = block.add(batch, from)) flush();
      rows += batch.frames.length * batch.rois.length;
    },
    async close() {
      try {
        flush();
      } finally {
        writer.end();
      }
    },
  };
}

function writerFor(path: string, facts: TrackFacts, force: boolean): BlockWriter {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv') {
    const csv = createCsvWriter(path, { force, fits: planFits(facts.plan) });
    return { write: (block) => csv.write(block.columns), end: () => csv.close() };
  }
  if (extension === '.arrows') return arrowWriter(new OutputFile(path, force), facts);
  throw new ConfigError({
    where: path,
    expected: 'a name that ends in .csv or .arrows',
    received: extension || 'no extension',
  });
}

function arrowWriter(file: OutputFile, facts: TrackFacts): BlockWriter {
  const encoder = new BatchEncoder(tracksSchema(facts));
  file.write(encoder.header);
  return {
    write: (block) => file.write(encoder.encode(block.toArrow(), block.rows)),
    end() {
      try {
        file.write(END_OF_STREAM);
      } finally {
        file.close();
      }
    },
  };
}
