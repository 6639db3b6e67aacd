import type { Engine } from '#engines/engine.ts';
import { type FrameShape, frameBytes, type Pixels, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { type Plan, planRadii } from '#stages/plan.ts';

/** Frames given to the engine at a time. */
const BATCH = 16;

/** One frame of a focal sweep. */
export interface SweepFrame {
  /** Bytes of the whole frame [row, column], little-endian; copied before the next frame is asked for. */
  pixels: Uint8Array;
  /** Height of the plane it was taken at; frames of one plane have exactly the same. */
  planeZNm: number;
  /** Which way through the planes it belongs to, from 0; found from the heights when all leave it out. */
  pass?: number | undefined;
  /** When it was taken; frames are even in time when left out. */
  timeS?: number | undefined;
  /** Its number in the recording, for messages; counted from 0 when left out. */
  frame?: number | undefined;
}

export interface SweepTracksOptions {
  /** Configured here; the caller closes it. */
  engine: Pick<Engine, 'configure' | 'track'>;
  /** How beads will be tracked with the Z-LUTs; a lookup finds nothing yet, and may stay. */
  plan: Plan;
  shape: FrameShape;
  rois: readonly Roi[];
  /** Called with the number of frames tracked so far, after every batch. */
  onProgress?: ((frames: number) => void) | undefined;
  /** Called with every frame before it is overwritten. */
  onFrame?: ((pixels: Pixels, index: number) => void) | undefined;
}

/** Every bead in every frame of a sweep, in the order the frames came. */
export interface SweepTracks {
  frames: number;
  beads: number;
  /** Most radii of a bead. */
  radii: number;
  /** [frame] */
  frame: number[];
  planeZNm: number[];
  /** [frame] undefined where the frame does not say. */
  pass: (number | undefined)[];
  /** [frame] NaN where the frame does not say. */
  timeS: number[];
  /** [frame][bead] px of the full frame; NaN where it was not found. */
  xPx: Float64Array[];
  yPx: Float64Array[];
  /** [frame][bead] bits of `TRACK_STATUS`. */
  status: Uint16Array[];
  /** [frame][bead, radius] counts; NaN where a bin is empty and beyond a smaller bead's own radii. */
  profiles: Float32Array[];
}

/** Tracks every frame of a sweep without Z-LUTs, and keeps its profiles: 4 bytes a radius, bead and frame. */
export async function trackSweep(
  frames: AsyncIterable<SweepFrame>,
  options: SweepTracksOptions,
): Promise<SweepTracks> {
  const { engine, plan, shape, rois, onProgress, onFrame } = options;
  const beads = rois.length;
  const radii = Math.max(...rois.map(({ size }) => planRadii(plan, size)));
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
    ...{ frames: 0, beads, radii, frame: [], planeZNm: [], pass: [], timeS: [] },
    ...{ xPx: [], yPx: [], status: [], profiles: [] },
  };
  let waiting = 0;
  const trackBatch = async () => {
    const table = createTrackTable(waiting, beads, radii);
    await engine.track(buffers.slice(0, waiting), table);
    for (let row = 0; row < waiting; row++) {
      const [from, to] = [row * beads, (row + 1) * beads];
      tracks.xPx.push(table.xPx.slice(from, to));
      tracks.yPx.push(table.yPx.slice(from, to));
      tracks.status.push(table.status.slice(from, to));
      tracks.profiles.push(Float32Array.from(table.profiles.subarray(from * radii, to * radii)));
      onFrame?.(viewPixels(buffers[row]!, shape.pixelFormat), tracks.frames + row);
    }
    tracks.frames += waiting;
    waiting = 0;
    onProgress?.(tracks.frames);
  };
  for await (const { pixels, planeZNm, pass, timeS, frame } of frames) {
    new Uint8Array(buffers[waiting]!).set(pixels.subarray(0, bytes));
    tracks.frame.push(frame ?? tracks.frame.length);
    tracks.planeZNm.push(planeZNm);
    tracks.pass.push(pass);
    tracks.timeS.push(timeS ?? Number.NaN);
    waiting++;
    if (waiting === BATCH) await trackBatch();
  }
  if (waiting > 0) await trackBatch();
  return tracks;
}

/** [radius] profile of a bead in a frame, a view. */
export function profileIn(tracks: SweepTracks, frame: number, bead: number): Float32Array {
  return tracks.profiles[frame]!.subarray(bead * tracks.radii, (bead + 1) * tracks.radii);
}
