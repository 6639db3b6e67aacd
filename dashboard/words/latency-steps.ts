import type { LatencyBudgetStatus, LatencyStep } from '#protocol/latency-step.ts';

/** The steps of a frame one after the other. */
export const STEPS = [
  'camera-to-received',
  'received-to-submitted',
  'submitted-to-tracked',
  'tracked-to-sent',
] as const satisfies readonly LatencyStep[];

/** The whole way to the tracks: from the camera where its clock can be compared, else from the arrival. */
export function totalStep(latency: LatencyBudgetStatus | undefined): LatencyStep {
  return latency && Number.isNaN(latency['camera-to-tracked'].p50Ms)
    ? 'received-to-tracked'
    : 'camera-to-tracked';
}

/** A step as people read it, e.g. `camera to received`. */
export function stepName(step: LatencyStep): string {
  return step.replace('-to-', ' to ');
}
