import { Histogram, type MetricValueWithName, type Registry } from 'prom-client';
import { LATENCY_STEP_NAMES, type LatencyStep } from '#protocol/latency-step.ts';
import { type LatencyHistogram, OCTAVE_BOUNDS_US } from '#sinks/latency-histogram.ts';

type Sample = MetricValueWithName<'step' | 'le'>;

const NAME = 'tweezertrack_latency_seconds';
const HELP = 'Time of frames from step to step on their way from the camera to a dashboard.';

/** The latency histograms as a metric whose samples are made when somebody asks, not when a frame comes. */
export class LatencyMetric extends Histogram<'step' | 'le'> {
  readonly #histograms: Record<LatencyStep, LatencyHistogram>;

  constructor(registry: Registry, histograms: Record<LatencyStep, LatencyHistogram>) {
    super({ name: NAME, help: HELP, labelNames: ['step'], registers: [registry] });
    this.#histograms = histograms;
  }

  /** What the registry writes, and what `get` returns; the name is prom-client's. */
  async getForPromString(): Promise<object> {
    const values = LATENCY_STEP_NAMES.flatMap((step) => this.#samples(step));
    return { name: NAME, help: HELP, type: 'histogram', aggregator: 'sum', values };
  }

  #samples(step: LatencyStep): Sample[] {
    const histogram = this.#histograms[step];
    const bucket = (le: string, value: number): Sample => {
      return { metricName: `${NAME}_bucket`, labels: { step, le }, value };
    };
    const counts = histogram.octaveCounts();
    return [
      ...counts.map((count, octave) => bucket(String(OCTAVE_BOUNDS_US[octave]! / 1e6), count)),
      bucket('+Inf', histogram.count),
      { metricName: `${NAME}_sum`, labels: { step }, value: histogram.sumUs / 1e6 },
      { metricName: `${NAME}_count`, labels: { step }, value: histogram.count },
    ];
  }
}
