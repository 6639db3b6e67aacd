import type { Engine, EngineSetup } from '#engines/engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { layoutBytes } from '#protocol/frame-layout.ts';
import { PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import { describeStatus } from '#protocol/track-status.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { planRadii } from '#stages/plan.ts';
import { planFits } from '#stages/plan-needs.ts';
import type { Batch } from './scene.ts';

/** How far an engine may be from the reference. */
export interface EngineTolerance {
  px: number;
  zNm: number;
  score: number;
  /** Of the largest count of the profile. */
  profileShare: number;
}

/** Standard deviations that fits may differ by besides: each ends a little before it has arrived. */
const FIT_SIGMAS = 0.003;

const SIGMA_OF = { xPx: 'sigmaXPx', yPx: 'sigmaYPx', zNm: 'sigmaZNm' } as const;

const COLUMNS = ['xPx', 'yPx', 'zNm', 'score', 'profiles'] as const;
type Column = (typeof COLUMNS)[number];

/** Tracks of every batch by an engine, as a run of the tracker would ask for them. */
export async function tracksOf(engine: Engine, batches: readonly Batch[]): Promise<TrackTable[]> {
  const tables: TrackTable[] = [];
  for (const { configures, setup, frames } of batches) {
    const table = tableFor(setup, frames.length);
    if (configures) await engine.configure(setup);
    else await engine.moveRois(setup.rois);
    await engine.track(
      frames.map((frame) => sentBytes(frame, setup)),
      table,
    );
    tables.push(table);
  }
  return tables;
}

/** The same by the reference, of each bead in each frame by itself: a new engine, whole frames, no other bead. */
export async function trueTracksOf(batches: readonly Batch[]): Promise<TrackTable[]> {
  const tables: TrackTable[] = [];
  for (const { setup, frames } of batches) {
    const table = tableFor(setup, frames.length);
    for (const [bead, roi] of setup.rois.entries()) {
      const zLutOfBead = [setup.zLutOfBead[bead]!];
      for (const [frame, bytes] of frames.entries()) {
        const engine = createReferenceEngine();
        await engine.configure({ ...setup, layout: 'whole', rois: [roi], zLutOfBead });
        const row = frame * table.beads + bead;
        const alone = createTrackTable(1, 1, table.radii, table.fits);
        await engine.track([bytes], alone);
        for (const column of [...COLUMNS.slice(0, 4), 'status'] as const)
          table[column as 'xPx'][row] = alone[column as 'xPx'][0]!;
        if (table.fits) for (const sigma of Object.values(SIGMA_OF)) table[sigma][row] = alone[sigma][0]!;
        table.profiles.set(alone.profiles, row * table.radii);
      }
    }
    tables.push(table);
  }
  return tables;
}

/** Where two tables differ, in words; none where they agree, NaN where it is NaN. */
export function differences(got: TrackTable, want: TrackTable, tolerance: EngineTolerance): string[] {
  const found: string[] = [];
  const rows = want.frames * want.beads;
  for (let row = 0; row < rows; row++) {
    const where = `frame ${Math.floor(row / want.beads)} bead ${row % want.beads}`;
    if (got.status[row] !== want.status[row]) {
      const [received, expected] = [got, want].map(({ status }) => describeStatus(status[row]!));
      found.push(`${where}: expected ${expected}, received ${received}`);
    }
    for (const column of COLUMNS) {
      const length = column === 'profiles' ? want.radii : 1;
      const expected = want[column].subarray(row * length, (row + 1) * length);
      const within = withinOf(column, expected, tolerance) + fitWithin(column, want, row);
      for (const [index, value] of expected.entries()) {
        const received = got[column][row * length + index]!;
        if (Object.is(received, value) || Math.abs(received - value) <= within) continue;
        found.push(`${where} ${column}[${index}]: expected ${value}, received ${received}`);
      }
    }
  }
  return found;
}

function withinOf(column: Column, expected: Float64Array, tolerance: EngineTolerance): number {
  if (column === 'zNm') return tolerance.zNm;
  if (column === 'score') return tolerance.score;
  if (column !== 'profiles') return tolerance.px;
  const largest = expected.reduce((most, counts) => (Math.abs(counts) > most ? Math.abs(counts) : most), 0);
  return tolerance.profileShare * largest;
}

/** What is left of a fit; nothing where the reference states no standard deviation. */
function fitWithin(column: Column, want: TrackTable, row: number): number {
  if (!want.fits || !(column in SIGMA_OF)) return 0;
  return FIT_SIGMAS * (want[SIGMA_OF[column as keyof typeof SIGMA_OF]][row] || 0);
}

function tableFor({ plan, rois }: EngineSetup, frames: number): TrackTable {
  const radii = Math.max(0, ...rois.map(({ size }) => planRadii(plan, size)));
  return createTrackTable(frames, rois.length, radii, planFits(plan));
}

/** A frame as a setup wants it, the next of the ring behind it, in memory that threads share. */
function sentBytes(frame: ArrayBuffer, setup: EngineSetup): SharedArrayBuffer {
  const { width, rois, layout, pixelFormat } = setup;
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const bytes = new SharedArrayBuffer(layoutBytes(setup, rois, layout) + 8);
  const room = new Uint8Array(bytes).fill(181);
  if (layout !== 'rois') {
    room.set(new Uint8Array(frame));
    return bytes;
  }
  let at = 0;
  for (const { left, top, size } of rois) {
    for (let row = top; row < top + size; row++) {
      const from = (row * width + left) * bytesPerPixel;
      room.set(new Uint8Array(frame, from, size * bytesPerPixel), at);
      at += size * bytesPerPixel;
    }
  }
  return bytes;
}
