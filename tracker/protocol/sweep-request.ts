import { z } from 'zod';
import { type ZLutRequest, zLutRequests } from './z-lut-requests.ts';

/** Beads of one request at most. */
const MOST_SWEEP_BEADS = 512;
/** Planes of one pass at most. */
const MOST_PLANES = 5000;

const id = z.number().int();
const zNm = z.number().finite();
const beads = z.array(z.number().int().min(0)).min(1).max(MOST_SWEEP_BEADS).optional();
/** Name of a sweep's folder, not a path. */
const sweep = z
  .string()
  .max(100)
  .regex(/^\w[\w-]*$/)
  .optional();

/** How a focal sweep is taken; heights are positions of the focus stage. */
export const sweepSettings = z
  .strictObject({
    fromNm: zNm,
    toNm: zNm,
    stepNm: z.number().positive(),
    framesPerPlane: z.number().int().min(1).max(1000).default(20),
    /** Whether a second pass takes the same planes on the way back: hysteresis and drift show. */
    bothWays: z.boolean().default(false),
    /** Beads to take; all when left out. */
    beads,
    /** Rest after the focus stage says it is settled, ms. */
    settleMs: z.number().min(0).max(60_000).default(50),
    /** Whether the Z-LUTs are used for tracking as soon as they are there. */
    assign: z.boolean().default(false),
  })
  .refine(({ fromNm, toNm, stepNm }) => fromNm < toNm && (toNm - fromNm) / stepNm <= MOST_PLANES, {
    message: `expected fromNm below toNm and at most ${MOST_PLANES} steps between them`,
  });

export type SweepSettings = z.output<typeof sweepSettings>;

/** What an operator may ask of the focus stage, of focal sweeps and of the Z-LUTs of beads. */
export const sweepRequests = [
  z.strictObject({ type: z.literal('focus-move'), id, zNm }),
  z.strictObject({ type: z.literal('focus-stop'), id }),
  z.strictObject({ type: z.literal('sweep-start'), id, settings: sweepSettings }),
  z.strictObject({
    type: z.literal('sweep-suggest'),
    id,
    fromNm: zNm.optional(),
    toNm: zNm.optional(),
    beads,
  }),
  z.strictObject({ type: z.literal('sweep-pause'), id }),
  z.strictObject({ type: z.literal('sweep-resume'), id, sweep }),
  z.strictObject({ type: z.literal('sweep-stop'), id }),
  z.strictObject({ type: z.literal('sweep-discard'), id, sweep }),
  z.strictObject({ type: z.literal('sweep-keep'), id }),
  z.strictObject({ type: z.literal('sweep-assign'), id, beads }),
  ...zLutRequests,
] as const;

export type CalibrationRequest = z.output<(typeof sweepRequests)[number]>;

/** Those of the focus stage and of sweeps. */
export type SweepRequest = Exclude<CalibrationRequest, ZLutRequest>;

/** Types of these requests. */
const CALIBRATION_REQUESTS: ReadonlySet<string> = new Set(sweepRequests.map(({ shape }) => shape.type.value));

/** Whether a request is about the focus stage, a sweep or Z-LUTs. */
export function isCalibrationRequest(request: { type: string }): request is CalibrationRequest {
  return CALIBRATION_REQUESTS.has(request.type);
}
