/** The way of a frame from the camera to a dashboard, step by step, and what it comes to. */
export const LATENCY_STEPS = {
  'camera-to-received': 'from the exposure to its arrival, where the camera tells the time of day',
  'received-to-submitted': 'waiting for the engine',
  'submitted-to-tracked': 'in the engine',
  'tracked-to-sent': 'until a dashboard was sent its tracks',
  'camera-to-tracked': 'from the exposure to its tracks, where the camera tells the time of day',
  'received-to-tracked': 'from its arrival to its tracks',
} as const;

export type LatencyStep = keyof typeof LATENCY_STEPS;

export const LATENCY_STEP_NAMES = Object.keys(LATENCY_STEPS) as LatencyStep[];

/** What half of the frames and 99 of 100 took at most, ms; NaN when there was none. */
export interface LatencyPercentiles {
  p50Ms: number;
  p99Ms: number;
}

/** Percentiles of every step over some time. */
export type LatencyBudgetStatus = Record<LatencyStep, LatencyPercentiles>;

/** A record of every step. */
export function forEachLatencyStep<Value>(make: (step: LatencyStep) => Value): Record<LatencyStep, Value> {
  const entries = LATENCY_STEP_NAMES.map((step) => [step, make(step)]);
  return Object.fromEntries(entries) as Record<LatencyStep, Value>;
}
