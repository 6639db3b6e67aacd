import { stat } from 'node:fs/promises';
import { ConfigError } from '#protocol/errors.ts';
import { CELLS_FORMAT } from '#recording/cell-schema.ts';
import { openRun, type Run } from '#recording/read-recording.ts';
import { readPositionedTracks } from '#recording/recorded-positions.ts';
import { type StreamExtent, streamExtent } from '#recording/stream-extent.ts';
import { TRACKS_FORMAT } from '#recording/stream-schema.ts';
import { cellTable } from './cell-table.ts';
import { type ExportFacts, factsOf } from './facts.ts';
import { focalShifts } from './focal-shift.ts';
import type { ExportTable } from './table.ts';
import { trackTable } from './track-table.ts';

/** A recording as exports take it. */
export interface ExportSource {
  facts: ExportFacts;
  tracks: ExportTable;
  /** null where no cell was measured. */
  cells: ExportTable | null;
}

export interface SourceOptions {
  /** nm per px, instead of what the recording says. */
  pixelSizeNm?: number | undefined;
  /** Positions in px, as they were recorded, although the size of a pixel is known. */
  inPx?: boolean | undefined;
}

/**
 * Opens a run folder or a file of tracks to export what was recorded by now; a tail cut by a crash is left out.
 * @throws {ConfigError} for a size of a pixel that is none
 * @throws {RecordingError} when the recording cannot be read
 */
export async function openSource(
  path: string,
  { pixelSizeNm, inPx = false }: SourceOptions = {},
): Promise<ExportSource> {
  if (pixelSizeNm !== undefined && !(pixelSizeNm > 0)) {
    throw new ConfigError({ where: '--pixel-size', expected: 'nm above 0', received: String(pixelSizeNm) });
  }
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  const run = isFolder ? await openRun(path) : null;
  const tracksPath = run?.tracksPath ?? path;
  const extent = await streamExtent(tracksPath, [TRACKS_FORMAT]);
  const nmPerPx = pixelSizeNm ?? recordedPixelSize(run, extent);
  const shifts = run ? await focalShifts(run) : null;
  const { names: motors } = await readPositionedTracks(tracksPath);
  const tracks = trackTable(tracksPath, extent, { nmPerPx: inPx ? Number.NaN : nmPerPx, shifts, motors });
  const cells = run ? await cellsOf(run) : null;
  return { facts: await factsOf(path, { run, extent, nmPerPx, tables: [tracks, cells] }), tracks, cells };
}

function recordedPixelSize(run: Run | null, { schema }: StreamExtent): number {
  if (run) return run.record.camera.pixelSizeNm;
  const camera = JSON.parse(schema.metadata.get('camera') ?? '{}') as { pixelSizeNm?: number | null };
  return camera.pixelSizeNm ?? Number.NaN;
}

async function cellsOf({ cellsPath }: Run): Promise<ExportTable | null> {
  if ((await stat(cellsPath).catch(() => null)) === null) return null;
  return cellTable(cellsPath, await streamExtent(cellsPath, [CELLS_FORMAT]));
}
