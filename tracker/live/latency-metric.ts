import { Histogram, type MetricValueWithName, type Registry } from 'prom-client';
import { LATENCY_STEP_NAMES, type LatencyStep } from '#protocol/latency-step.ts';
import { type LatencyHistogram, OCTAVE_BOUNDS_US } from '#sinks/latency-histogram.ts';

type Sample = MetricValueWithName<'camera' | 'step' | 'le'>;

const NAME = 'tweezertrack_latency_seconds';
const HELP = 'Time of frames from step to step on their way from the camera to a dashboard.';

/** Histograms of a camera, and the label that its samples get. */
interface CameraLatency {
  label: { camera?: string };
  histograms: Record<LatencyStep, LatencyHistogram>;
}

/** The latency histograms as a metric whose samples are made when somebody asks, not when a frame comes. */
export class LatencyMetric extends Histogram<'camera' | 'step' | 'le'> {
  readonly #cameras: readonly CameraLatency[];

  constructor(registry: Registry, cameras: readonly CameraLatency[]) {
    super({ name: NAME, help: HELP, labelNames: ['camera', 'step'], registers: [registry] });
    this.#cameras = cameras;
  }

  /** What the registry writes, and what `get` returns; the name is prom-client's. */
  async getForPromString(): Promise<object> {
    const values = this.#cameras.flatMap((camera) =>
      LATENCY_STEP_NAMES.flatMap((step) => samplesOf(camera, step)),
    );
    return { name: NAME, help: HELP, type: 'histogram', aggregator: 'sum', values };
  }
}

function samplesOf({ label, histograms }: CameraLatency, step: LatencyStep): Sample[] {
  const histogram = histograms[step];
  const labels = { ...label, step };
  const bucket = (le: string, value: number): Sample => {
    return { metricName: `${NAME}_bucket`, labels: { ...labels, le }, value };
  };
  const counts = histogram.octaveCounts();
  return [
    ...counts.map((count, octave) => bucket(String(OCTAVE_BOUNDS_US[octave]! / 1e6), count)),
    bucket('+Inf', histogram.count),
    { metricName: `${NAME}_sum`, labels, value: histogram.sumUs / 1e6 },
    { metricName: `${NAME}_count`, labels, value: histogram.count },
  ];
}
