import { z } from 'zod';

/** Steps of a plan at most. */
const MOST_STEPS = 16;
const NAME_LENGTH = 60;

const id = z.number().int();
const name = z.string().max(NAME_LENGTH);

/** Stages in the order they run; parameters that are left out have their defaults. Whether they are a plan is for the tracker to say. */
const steps = z
  .array(
    z.strictObject({
      stage: name,
      params: z.record(name, z.union([z.number().finite(), z.boolean(), name])),
    }),
  )
  .max(MOST_STEPS);

/** What a dashboard may ask of the pipeline; each answer comes before the reply, to whoever asked. */
export const pipelineRequests = [
  /** Answered by `pipeline`. */
  z.strictObject({ type: z.literal('describe-pipeline'), id }),
  /** Answered by `plan-check`. */
  z.strictObject({ type: z.literal('check-plan'), id, steps }),
  /** Tracks the frames of the last second with the present plan and with this one; answered by `plan-trial`. */
  z.strictObject({
    type: z.literal('try-plan'),
    id,
    steps,
    /** Bead whose traces are sent. */
    traceOf: z.number().int().optional(),
  }),
  /** Tracks with this plan from the next batch on. */
  z.strictObject({
    type: z.literal('apply-plan'),
    id,
    steps,
    /** Whether beads whose Z-LUTs do not fit may go without z; refused otherwise. */
    mayLoseZ: z.boolean(),
  }),
] as const;

export type PipelineRequest = z.output<(typeof pipelineRequests)[number]>;

const TYPES: readonly string[] = pipelineRequests.map(({ shape }) => shape.type.value);

export function isPipelineRequest(request: { type: string }): request is PipelineRequest {
  return TYPES.includes(request.type);
}
