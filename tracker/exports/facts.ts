import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { programVersion } from '#recording/program-version.ts';
import type { Run } from '#recording/read-recording.ts';
import type { StreamExtent } from '#recording/stream-extent.ts';
import { readZLutUses } from '#recording/z-lut-history.ts';
import type { ExportTable } from './table.ts';

/** Of every exported file but CSV; the number grows when an old reader would misread the file. */
const EXPORT_FORMAT = 'tweezertrack-export/1';

/** What an exported file says of itself, ready for JSON. */
export interface ExportFacts extends Record<string, unknown> {
  format: typeof EXPORT_FORMAT;
  tweezertrack: string;
  calibration: { pixelSizeNm: number | null };
}

interface FactsInput {
  run: Run | null;
  extent: StreamExtent;
  nmPerPx: number;
  tables: readonly (ExportTable | null)[];
}

const COORDINATES =
  'x points right and y down in the full frame, from the middle of its top-left pixel; z is that of the Z-LUT';

const GAPS =
  'A frame that was not tracked has no rows: its number is missing. What is not known of a bead is NaN, and status says why.';

/** Configuration, pipeline, calibration, Z-LUTs and units of a recording that is exported now. */
export async function factsOf(
  path: string,
  { run, extent, nmPerPx, tables }: FactsInput,
): Promise<ExportFacts> {
  const { rows, hasEnd } = extent;
  return {
    format: EXPORT_FORMAT,
    tweezertrack: programVersion(),
    exportedAt: new Date().toISOString(),
    source: { name: basename(resolve(path)), format: extent.format, rows, wasCutOff: !hasEnd },
    calibration: { pixelSizeNm: Number.isNaN(nmPerPx) ? null : nmPerPx },
    coordinates: COORDINATES,
    gaps: GAPS,
    statusBits: TRACK_STATUS,
    units: Object.fromEntries(tables.flatMap((table) => (table ? [[table.name, unitsOf(table)]] : []))),
    ...(run ? await runFacts(run) : streamFacts(extent)),
  };
}

function unitsOf({ columns }: ExportTable): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, unit }) => [name, unit]));
}

async function runFacts(run: Run): Promise<object> {
  const { plan, zLuts, format: _, ...record } = run.record;
  return {
    run: record,
    pipeline: plan,
    zLuts: await Promise.all(zLuts.map(async (zLut) => ({ ...zLut, ...(await zLutFacts(run, zLut.file)) }))),
    zLutUses: await readZLutUses(run),
  };
}

/** A file of tracks without its folder says what was recorded at its start. */
function streamFacts({ schema }: StreamExtent): object {
  const recorded = (name: string): unknown => JSON.parse(schema.metadata.get(name) ?? 'null');
  return {
    run: { camera: recorded('camera'), engine: recorded('engine'), rois: recorded('rois') },
    pipeline: recorded('plan'),
    zLuts: null,
  };
}

async function zLutFacts({ folder }: Run, file: string): Promise<object> {
  const path = join(folder, file);
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return { sha256: null };
  const origin = await readZLut(path).then(
    (zLut) => zLut.origin,
    () => undefined,
  );
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...(origin?.focalShift && { focalShift: origin.focalShift }),
  };
}
