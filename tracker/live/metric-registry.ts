import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { LatencyMetric } from './latency-metric.ts';
import type { MetricSources } from './metrics.ts';
import type { Report } from './pages.ts';

/** Memory, event loop and garbage collection of this process; watched once, however many trackers there are. */
let processRegistry: Registry | null = null;

/** The metrics as prom-client knows them; nothing is counted here, only read. */
export class MetricRegistry {
  readonly #registry = new Registry();

  constructor(sources: MetricSources) {
    if (!processRegistry) {
      processRegistry = new Registry();
      collectDefaultMetrics({ register: processRegistry });
    }
    this.#frames(sources);
    this.#recording(sources);
    this.#peers(sources);
    this.#calcium(sources);
    const { device, engine, fallback } = sources.engine.facts;
    this.#gauge('engine_threads', 'Threads that compute.', () => sources.engine.threads);
    this.#count('engine_restarts_total', 'Engine threads that were replaced.', () => sources.engine.restarts);
    const deviceTime = () => sources.engine.deviceTime() ?? { us: 0, rois: 0 };
    this.#count('gpu_seconds_total', 'Time the GPU took, by its own clock.', () => deviceTime().us / 1e6);
    this.#count('gpu_rois_total', 'ROIs the GPU tracked in that time.', () => deviceTime().rois);
    new Gauge({
      name: 'tweezertrack_engine_info',
      help: 'Who computes; always 1.',
      labelNames: ['engine', 'device', 'fallback'],
      registers: [this.#registry],
    }).set({ engine, device, fallback: String(fallback) }, 1);
  }

  async report(): Promise<Report> {
    const text = (await this.#registry.metrics()) + (await processRegistry!.metrics());
    return { contentType: Registry.PROMETHEUS_CONTENT_TYPE, text };
  }

  #frames({ totals, latency, clockStepsBack, cameraConnected, beads }: MetricSources): void {
    this.#counts('frames_total', 'Frames by what became of them.', 'fate', () => {
      const { offered: _, 'in-flight': __, ...fates } = totals();
      return fates;
    });
    this.#count('frames_offered_total', 'Frames the camera numbered.', () => totals().offered);
    this.#gauge('frames_in_flight', 'Frames received and not tracked yet.', () => totals()['in-flight']);
    new LatencyMetric(this.#registry, latency.histograms);
    this.#counts(
      'camera_clock_frames_total',
      'Frames whose camera time is not that of the tracker.',
      'clock',
      () => {
        return { ...latency.cameraClock, back: clockStepsBack() };
      },
    );
    this.#gauge('camera_connected', '1 while a camera is connected.', () => Number(cameraConnected()));
    this.#gauge('beads', 'Beads that are tracked.', beads);
  }

  #recording({ recorder }: MetricSources): void {
    this.#gauge('recording', '1 while a recording is open.', () => Number(recorder() !== null));
    this.#counts('recorded_rows_total', 'Rows of tracks, written or lost for good.', 'state', () => {
      const { rowsWritten: written = 0, rowsLost: lost = 0 } = recorder() ?? {};
      return { written, lost };
    });
    this.#gauge('recorder_rows_waiting', 'Rows of tracks not in the file yet.', () => {
      return recorder()?.rowsWaiting ?? 0;
    });
    this.#count('recorded_bytes_total', 'Bytes written.', () => recorder()?.bytesWritten ?? 0);
  }

  #peers({ viewers, refusals }: MetricSources): void {
    this.#gauge('viewers', 'Dashboards connected.', viewers);
    this.#counts('refusals_total', 'Peers and messages turned away.', 'reason', refusals);
  }

  #calcium({ calcium }: MetricSources): void {
    this.#gauge('calcium_cells', 'Cells that are measured.', () => calcium().cells);
    this.#counts('calcium_frames_total', 'Frames whose cells were measured, or skipped.', 'fate', () => {
      const { measured, skipped } = calcium();
      return { measured, skipped };
    });
    this.#gauge('calcium_frames_waiting', 'Frames whose cells wait to be measured.', () => calcium().waiting);
    this.#count('calcium_events_total', 'Events found in the traces of cells.', () => calcium().events);
    this.#gauge('calcium_frame_seconds', 'Time for the cells of one frame, of the last frames.', () => {
      return calcium().usPerFrame / 1e6;
    });
  }

  #count(name: string, help: string, read: () => number): void {
    new Counter({
      name: `tweezertrack_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  #counts(name: string, help: string, label: string, read: () => Record<string, number>): void {
    new Counter({
      name: `tweezertrack_${name}`,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `tweezertrack_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
