import type { Engine } from '#engines/engine.ts';
import { type FrameShape, frameBytes, type Pixels, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { type Plan, planRadii } from '#stages/plan.ts';
import { FrameRows, type FrameRowsOptions } from './frame-rows.ts';

/** Frames given to the engine at a time. */
const BATCH = 16;

/** One frame of a focal sweep. */
export interface SweepFrame {
  /** Bytes of the whole frame [row, column], little-endian; copied before the next frame is asked for. */
  pixels: Uint8Array;
  /** Where the ROIs lie in it, of the same beads and sizes; where they lay in the frame before when left out. */
  rois?: readonly Roi[] | undefined;
  /** Where the camera saw them, if the pixels are of ROIs alone; a list that does not change. */
  cutFrom?: readonly Roi[] | undefined;
  /** Height of the plane it was taken at; frames of one plane have exactly the same. */
  planeZNm: number;
  /** Where the focus was in this frame; at its plane when left out. */
  focusZNm?: number | undefined;
  /** Which way through the planes it belongs to, from 0; found from the heights when all leave it out. */
  pass?: number | undefined;
  /** When it was taken; frames are even in time when left out. */
  timeS?: number | undefined;
  /** Its number in the recording, for messages; counted from 0 when left out. */
  frame?: number | undefined;
}

/** What a sweep needs of an engine. */
export type SweepEngine = Pick<Engine, 'configure' | 'moveRois' | 'track'>;

export interface SweepTracksOptions {
  /** Configured here; the caller closes it. */
  engine: SweepEngine;
  /** How beads will be tracked with the Z-LUTs; a lookup finds nothing yet, and may stay. */
  plan: Plan;
  shape: FrameShape;
  rois: readonly Roi[];
  /** Called with every frame before it is overwritten, and with where the ROIs lie in it. */
  onFrame?: ((pixels: Pixels, index: number, rois: readonly Roi[]) => void) | undefined;
  /** Where tracks are until their bead is looked at. */
  rows?: FrameRowsOptions | undefined;
}

/** Every bead in every frame of a sweep, in the order the frames came. */
export interface SweepTracks {
  frames: number;
  /** [frame] */
  frame: number[];
  planeZNm: number[];
  focusZNm: number[];
  /** [frame] undefined where the frame does not say. */
  pass: (number | undefined)[];
  /** [frame] NaN where the frame does not say. */
  timeS: number[];
  /** Reads what one bead has, by its index. */
  of(bead: number): BeadTracks;
  /** Reads where one bead was in some frames. */
  placesOf(bead: number, first: number, frames: number): BeadPlaces;
  /** Nothing can be read after. */
  close(): void;
}

/** Where one bead was. */
export interface BeadPlaces {
  /** [frame] px of the full frame; NaN where it was not found. */
  xPx: Float64Array;
  yPx: Float64Array;
}

/** One bead in every frame of a sweep. */
export interface BeadTracks extends BeadPlaces {
  /** [frame] px of the full frame, corner of its ROI. */
  leftPx: Uint16Array;
  topPx: Uint16Array;
  /** [frame] bits of `TRACK_STATUS`. */
  status: Uint16Array;
  /** [frame][radius] counts; NaN where a bin is empty. */
  profiles: Float32Array[];
}

/** Bytes of x, y, status, left and top before the profile of a row. */
const PLACE_BYTES = 24;

/** Tracks every frame of a sweep without Z-LUTs, and keeps its profiles where they can be read bead by bead. */
export async function trackSweep(
  frames: AsyncIterable<SweepFrame>,
  options: SweepTracksOptions,
): Promise<SweepTracks> {
  const { engine, plan, shape, rois, onFrame } = options;
  const beads = rois.length;
  const radiiOf = rois.map(({ size }) => planRadii(plan, size));
  const radii = Math.max(...radiiOf);
  const rows = new FrameRows(radiiOf.map(rowBytes), options.rows);
  const row = new ArrayBuffer(rowBytes(radii));
  const [rowPlace, rowWords, rowProfile, rowBuffer] = [
    new Float64Array(row, 0, 2),
    new Uint16Array(row, 16, 3),
    new Float32Array(row, PLACE_BYTES, radii),
    new Uint8Array(row),
  ];
  await engine.configure({
    ...shape,
    plan,
    rois: [...rois],
    zLuts: [],
    zLutOfBead: rois.map(() => -1),
    profiles: true,
  });
  const bytes = frameBytes(shape);
  const buffers = Array.from({ length: BATCH }, () => new ArrayBuffer(Math.ceil(bytes / 8) * 8));
  const tracks: SweepTracks = {
    ...{ frames: 0, frame: [], planeZNm: [], focusZNm: [], pass: [], timeS: [] },
    of: (bead) => beadTracks(rows.read(bead), rows.frames, radiiOf[bead]!),
    placesOf: (bead, first, frames) => beadPlaces(rows.read(bead, first, frames), frames, radiiOf[bead]!),
    close: () => rows.close(),
  };
  let places = rois;
  /** [frame of the batch] */
  const cutFrom: (readonly Roi[])[] = [];
  const trackBatch = async () => {
    const waiting = cutFrom.length;
    const table = createTrackTable(waiting, beads, radii);
    await engine.track(buffers.slice(0, waiting), table);
    for (const [frame, seenAt] of cutFrom.entries()) {
      rows.add((bead) => {
        const index = frame * beads + bead;
        const [seen, { left, top }] = [seenAt[bead]!, places[bead]!];
        rowPlace[0] = table.xPx[index]! + seen.left - left;
        rowPlace[1] = table.yPx[index]! + seen.top - top;
        rowWords.set([table.status[index]!, seen.left, seen.top]);
        rowProfile.set(table.profiles.subarray(index * radii, (index + 1) * radii));
        return rowBuffer;
      });
      onFrame?.(viewPixels(buffers[frame]!, shape.pixelFormat), tracks.frames + frame, places);
    }
    tracks.frames += waiting;
    cutFrom.length = 0;
  };
  for await (const { pixels, planeZNm, focusZNm, pass, timeS, frame, ...at } of frames) {
    if (at.rois && at.rois !== places) {
      if (cutFrom.length > 0) await trackBatch();
      places = at.rois;
      await engine.moveRois(places);
    }
    new Uint8Array(buffers[cutFrom.length]!).set(pixels.subarray(0, bytes));
    tracks.frame.push(frame ?? tracks.frame.length);
    tracks.planeZNm.push(planeZNm);
    tracks.focusZNm.push(focusZNm ?? planeZNm);
    tracks.pass.push(pass);
    tracks.timeS.push(timeS ?? Number.NaN);
    cutFrom.push(at.cutFrom ?? places);
    if (cutFrom.length === BATCH) await trackBatch();
  }
  if (cutFrom.length > 0) await trackBatch();
  return tracks;
}

/** A multiple of 8, so that places can be viewed. */
function rowBytes(radii: number): number {
  return PLACE_BYTES + 8 * Math.ceil(radii / 2);
}

function beadPlaces(rows: ArrayBuffer, frames: number, radii: number): BeadPlaces {
  const step = rowBytes(radii) / 8;
  const numbers = new Float64Array(rows);
  const places = { xPx: new Float64Array(frames), yPx: new Float64Array(frames) };
  for (let frame = 0; frame < frames; frame++) {
    places.xPx[frame] = numbers[frame * step]!;
    places.yPx[frame] = numbers[frame * step + 1]!;
  }
  return places;
}

function beadTracks(rows: ArrayBuffer, frames: number, radii: number): BeadTracks {
  const bytes = rowBytes(radii);
  const words = new Uint16Array(rows);
  const [status, leftPx, topPx] = [8, 9, 10].map((word) => {
    const values = new Uint16Array(frames);
    for (let frame = 0; frame < frames; frame++) values[frame] = words[(frame * bytes) / 2 + word]!;
    return values;
  }) as [Uint16Array, Uint16Array, Uint16Array];
  return {
    ...{ ...beadPlaces(rows, frames, radii), leftPx, topPx, status },
    profiles: Array.from(
      { length: frames },
      (_, frame) => new Float32Array(rows, frame * bytes + PLACE_BYTES, radii),
    ),
  };
}
