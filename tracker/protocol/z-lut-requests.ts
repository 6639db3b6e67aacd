import { z } from 'zod';
import { MAX_ROI_SIZE, MIN_ROI_SIZE } from './roi.ts';

/** Beads of one request at most. */
const MOST_BEADS = 512;

/** Names, not paths: what a Z-LUT is called in the list; the tracker looks it up there and nowhere else. */
const zLutId = z.string().min(1).max(300);

/** Has beads tracked with a Z-LUT of the list from now on; an operator's request. */
const zLutAssignRequest = z.strictObject({
  type: z.literal('z-lut-assign'),
  id: z.number().int(),
  /** Null takes away the one they have: x and y only. */
  zLut: zLutId.nullable(),
  /** All when left out. */
  beads: z.array(z.number().int().min(0)).min(1).max(MOST_BEADS).optional(),
});

/** ROIs of a stack: the whole frame is one, or beads are found in its first frame. */
const STACK_ROIS = ['whole', 'auto', 'isolated'] as const;
export type StackRois = (typeof STACK_ROIS)[number];

/** Characters of a list of planes at most: a request fits into one message. */
const MOST_PLANES_CSV = 900_000;

/** Has the Z-LUTs of a stack of the list built; an operator's request, answered when the build has begun. */
const zLutBuildRequest = z.strictObject({
  type: z.literal('z-lut-build'),
  id: z.number().int(),
  stack: zLutId,
  /** Where its planes are; both left out where the file says, and for a sweep. */
  zStartNm: z.number().finite().optional(),
  zStepNm: z.number().finite().optional(),
  framesPerPlane: z.number().int().min(1).max(1000).default(1),
  /** In place of those: a CSV text with the header `zNm` or `frame,zNm`, and perhaps `pass` and `timeS`. */
  planesCsv: z.string().min(1).max(MOST_PLANES_CSV).optional(),
  /** For the Z-LUTs to say. */
  pixelSizeNm: z.number().positive().max(1e6).optional(),
  /** Whether the second half of the frames goes back over the planes. */
  bothWays: z.boolean().default(false),
  /** Left out for a sweep, which has its own. */
  rois: z.enum(STACK_ROIS).optional(),
  /** px of the ROIs of beads that are found; chosen by their size when left out. */
  roiSize: z.number().int().min(MIN_ROI_SIZE).max(MAX_ROI_SIZE).optional(),
});

export type ZLutBuildRequest = z.output<typeof zLutBuildRequest>;

/** What an operator may ask of Z-LUTs. */
export const zLutRequests = [
  zLutAssignRequest,
  zLutBuildRequest,
  /** Ends the build that runs, without a trace. */
  z.strictObject({ type: z.literal('z-lut-build-stop'), id: z.number().int() }),
] as const;

export type ZLutRequest = z.output<(typeof zLutRequests)[number]>;
