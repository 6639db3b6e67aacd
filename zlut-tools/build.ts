import { ZLutError } from '#protocol/errors.ts';
import { type FrameShape, PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ProfileMethod, ZLut } from '#protocol/z-lut.ts';
import type { ZLutQuality } from '#protocol/z-lut-quality.ts';
import { type Plan, planMethod } from '#stages/plan.ts';
import { beadPlanes, type PlanesAsked } from './bead-planes.ts';
import { type CheckReport, checkZLut } from './check.ts';
import { fitZLutModel } from './fit-z-lut-model.ts';
import type { FrameRowsOptions } from './frame-rows.ts';
import { findPasses, type Pass } from './passes.ts';
import { fieldDrift, measureMotion, type SweepMotion } from './reference-drift.ts';
import { judgeFrames, type RejectionCounts } from './rejection.ts';
import { SweepImages } from './sweep-images.ts';
import { focusZNm } from './sweep-planes.ts';
import { type ProfileSample, samplesOf } from './sweep-samples.ts';
import { type BeadTracks, type SweepEngine, type SweepFrame, trackSweep } from './sweep-tracks.ts';
import { type BeadVisit, beadVisits, type PlaneAverage } from './sweep-visits.ts';

export type { SweepFrame } from './sweep-tracks.ts';

/** Fewest beads whose common way is the drift of the field when nobody names references. */
const MIN_BEADS_OF_FIELD = 3;

export interface FieldOptions extends PlanesAsked {
  /** Configured here; the caller closes it. */
  engine: SweepEngine;
  /** How beads will be tracked with these Z-LUTs; a lookup finds nothing yet, and may stay. */
  plan: Plan;
  shape: FrameShape;
  rois: readonly Roi[];
  /** Name of the Z-LUT of a bead in messages. */
  nameOf(bead: number): string;
  /** Ids of stuck beads, which tell the drift; all beads together when left out. */
  references?: readonly number[] | undefined;
  /** Default mean. */
  average?: PlaneAverage | undefined;
  /** Called for every bead when its frames are judged, and then for every bead when its Z-LUT is built or cannot be. */
  onBead?: ((step: 'judged' | 'built') => void) | undefined;
  /** Where tracks, and images for a model, are until their bead is built. */
  rows?: FrameRowsOptions | undefined;
  /** Fits a model to all frames, too, which are kept for it; called with each of `MODEL_ROUNDS` rounds. */
  onModelRound?: ((round: number, bead: number) => void) | undefined;
}

/** What a sweep gave for one bead. */
export interface BuiltBead {
  bead: number;
  /** Null when it could not be made: `error` says why. */
  zLut: ZLut | null;
  error: ZLutError | null;
  /** Frames in the Z-LUT, those that were rejected, and by which rule. */
  used: number;
  rejected: number;
  rejections: RejectionCounts;
  /** nm, planes that no frame is left of. */
  missingZNm: number[];
  /** Passes in the Z-LUT; `why` when not all are. */
  passes: number[];
  why?: string;
  /** Reads every frame that is used, at the height of the focus. */
  samples(): ProfileSample[];
  /** How good it is; its quality is in the Z-LUT, too. */
  report: CheckReport | null;
}

/** What a sweep gave for a whole field. */
export interface BuiltField {
  beads: BuiltBead[];
  frames: number;
  /** Ways through the planes. */
  passes: Pass[];
  motion: SweepMotion;
  /** Whether times are s; else they are frames. */
  timed: boolean;
  duration: number;
  /** px, range of the way of the references; null without any. */
  driftPx: { x: number; y: number } | null;
  /** Nothing can be read of frames after. */
  close(): void;
}

/**
 * Z-LUTs of all beads of a field from one focal sweep: the mean radial profile at each height, every frame tracked
 * first, so that a bead that drifts while the focus moves still gives sharp rings.
 *
 * Heights are those of the first pass at the start of the sweep: hysteresis and drift of the focus are measured
 * between the passes and taken out.
 *
 * @returns planes in rising z; a bin that was empty in every frame of a plane is NaN. A bead without a Z-LUT has an error
 * @throws {ZLutError} if the plan makes no profiles, or a reference is not among the beads
 * Source: Gosse & Croquette 2002, doi:10.1016/S0006-3495(02)75672-5; the mean ignores NaN as MagScope's.
 */
export async function buildZLuts(
  frames: AsyncIterable<SweepFrame>,
  options: FieldOptions,
): Promise<BuiltField> {
  const { plan, shape, rois, onModelRound, onBead } = options;
  const methods = rois.map(({ bead, size }) => methodOf(plan, size, options.nameOf(bead)));
  const references = referencesOf(options);
  const images = new SweepImages(rois, shape, onModelRound ? (options.rows ?? {}) : null);
  const tracks = await trackSweep(frames, {
    ...options,
    onFrame: (pixels, frame, rois) => images.add(pixels, frame, rois),
  });

  const timed = tracks.timeS.every(Number.isFinite);
  const time = timed ? tracks.timeS : tracks.timeS.map((_, index) => index);
  const passes = findPasses(tracks.planeZNm, tracks.pass, time);
  const all = rois.map((_, index) => index);
  const steady = references ?? (rois.length >= MIN_BEADS_OF_FIELD ? all : null);
  const drift = steady && fieldDrift(tracks, steady);
  const average = options.average ?? 'mean';
  const judged = all.map((index) => {
    const own = tracks.of(index);
    const { used, counts } = judgeFrames(own, passes, drift);
    onBead?.('judged');
    return { used, counts, visits: beadVisits(own, passes, used, average) };
  });
  const visits = judged.map((one) => one.visits);
  const motion = measureMotion(visits, passes, references ?? all);
  const startTime = time[0] ?? 0;
  const beads = rois.map((roi, index): BuiltBead => {
    const { counts: rejections, used } = judged[index]!;
    const rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0);
    const common = { bead: roi.bead, used: tracks.frames - rejected, rejected, rejections };
    const name = options.nameOf(roi.bead);
    try {
      const merged = beadPlanes(visits[index]!, passes, motion, startTime, name, options);
      const { zNm, profiles, missingZNm, passes: taken, why } = merged;
      const { radii, ...method } = methods[index]!;
      const zLut: ZLut = { name, planes: zNm.length, radii, planeZNm: zNm, profiles, method };
      const heightOf = (visit: BeadVisit) =>
        taken.length > 1 ? focusZNm(visit, motion, startTime) : visit.planeZNm;
      const own = tracks.of(index);
      const samplesAt = (from: BeadTracks, focusZNm?: readonly number[]) =>
        samplesOf(from, visits[index]!, taken, used, heightOf, focusZNm);
      const samples = samplesAt(own, tracks.focusZNm);
      if (onModelRound) {
        const { saturation } = PIXEL_FORMATS[shape.pixelFormat];
        // Its planes are what its frames of one height have in common.
        const kept = images.calibrationFrames(own, index, samplesAt(own));
        const onRound = (round: number) => onModelRound(round, roi.bead);
        zLut.model = fitZLutModel(kept, { size: roi.size, name, saturation, onRound });
      }
      const checked = checkZLut(zLut, {
        plan,
        frames: { name: 'the frames it was built from', samples, own: true, rejected },
        images: images.few(own, index, samples),
      });
      zLut.origin = {
        bead: roi.bead,
        frames: { used: samples.length, rejected: someOf(rejections) },
        quality: { ...checked.quality, ...motionQuality(motion, passes.length, timed) },
      };
      const report = { ...checked, quality: zLut.origin.quality! };
      return {
        ...{ ...common, zLut, report, error: null, missingZNm, passes: taken },
        ...(why && { why }),
        samples: () => samplesAt(tracks.of(index), tracks.focusZNm),
      };
    } catch (error) {
      if (!(error instanceof ZLutError)) throw error;
      return { ...common, zLut: null, report: null, error, missingZNm: [], passes: [], samples: () => [] };
    } finally {
      onBead?.('built');
    }
  });
  images.close();
  return {
    ...{ beads, frames: tracks.frames, passes, motion, timed },
    duration: tracks.frames > 0 ? time.at(-1)! - startTime : 0,
    driftPx: drift && { x: rangeOf(drift.xPx), y: rangeOf(drift.yPx) },
    close: () => tracks.close(),
  };
}

export interface BuildOptions extends Omit<FieldOptions, 'rois' | 'nameOf' | 'onModelRound'> {
  roi: Roi;
  name: string;
  onModelRound?: (round: number) => void;
}

/**
 * As `buildZLuts`, of one bead.
 * @throws {ZLutError} also if it has fewer than 8 planes
 */
export async function buildZLut(
  frames: AsyncIterable<SweepFrame>,
  { roi, name, ...options }: BuildOptions,
): Promise<Omit<BuiltBead, 'samples'> & { zLut: ZLut }> {
  const { beads, close } = await buildZLuts(frames, { ...options, rois: [roi], nameOf: () => name });
  close();
  const [built] = beads;
  if (built?.zLut) return { ...built, zLut: built.zLut };
  throw built!.error;
}

function methodOf(plan: Plan, size: number, name: string): ProfileMethod & { radii: number } {
  const method = planMethod(plan, size);
  if (method) return method;
  throw new ZLutError({
    where: name,
    expected: 'a pipeline that makes radial profiles',
    received: plan.map(({ stage }) => stage).join(', ') || 'none',
    remedy: 'add the stage radial-profile',
  });
}

/** The rules that rejected a frame. */
function someOf(rejections: RejectionCounts): Record<string, number> {
  return Object.fromEntries(Object.entries(rejections).filter(([, count]) => count > 0));
}

/** What the passes say of the focus, for the quality. */
function motionQuality(
  { offsetNm, drift }: SweepMotion,
  passes: number,
  timed: boolean,
): Partial<ZLutQuality> {
  const hysteresis = offsetNm[1];
  return {
    ...(passes > 1 && hysteresis && Number.isFinite(hysteresis.value) && { hysteresisNm: hysteresis }),
    ...(timed && drift && Number.isFinite(drift.value) && { driftNmPerS: drift }),
  };
}

/** Indices of the references; null when none are named. */
function referencesOf({ references, rois }: FieldOptions): number[] | null {
  if (!references || references.length === 0) return null;
  return references.map((id) => {
    const index = rois.findIndex(({ bead }) => bead === id);
    if (index >= 0) return index;
    throw new ZLutError({
      where: 'reference beads',
      expected: `some of the beads ${rois.map(({ bead }) => bead).join(', ')}`,
      received: `${id}`,
    });
  });
}

function rangeOf(values: Float64Array): number {
  const [least, most] = values
    .filter(Number.isFinite)
    .reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const, [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as readonly [number, number]);
  return Math.max(0, most - least);
}
