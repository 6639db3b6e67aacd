import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { MAIN_CAMERA } from '#protocol/camera-name.ts';
import { LatencyMetric } from './latency-metric.ts';
import type { MetricSources, SourcesByCamera } from './metrics.ts';
import type { Report } from './pages.ts';

/** Memory, event loop and garbage collection of this process; watched once, however many trackers there are. */
let processRegistry: Registry | null = null;

/** Label of what is of a named camera. */
type CameraLabel = { camera?: string };

/** The metrics as prom-client knows them; nothing is counted here, only read. */
export class MetricRegistry {
  readonly #registry = new Registry();
  readonly #cameras: readonly { label: CameraLabel; sources: MetricSources }[];

  constructor(cameras: SourcesByCamera) {
    this.#cameras = [...cameras].map(([name, sources]) => {
      return { label: name === MAIN_CAMERA ? {} : { camera: name }, sources };
    });
    if (!processRegistry) {
      processRegistry = new Registry();
      collectDefaultMetrics({ register: processRegistry });
    }
    this.#frames();
    this.#recording();
    this.#peers();
    this.#calcium();
    this.#movies();
    this.#engine();
  }

  async report(): Promise<Report> {
    const text = (await this.#registry.metrics()) + (await processRegistry!.metrics());
    return { contentType: Registry.PROMETHEUS_CONTENT_TYPE, text };
  }

  #frames(): void {
    this.#counts('frames_total', 'Frames by what became of them.', 'fate', ({ totals }) => {
      const { offered: _, 'in-flight': __, ...fates } = totals();
      return fates;
    });
    this.#count('frames_offered_total', 'Frames the camera numbered.', ({ totals }) => totals().offered);
    this.#gauge('frames_in_flight', 'Frames received and not tracked yet.', ({ totals }) => {
      return totals()['in-flight'];
    });
    const latencies = this.#cameras.map(({ label, sources }) => {
      return { label, histograms: sources.latency.histograms };
    });
    new LatencyMetric(this.#registry, latencies);
    this.#counts(
      'camera_clock_frames_total',
      'Frames whose camera time is not that of the tracker.',
      'clock',
      ({ latency, clockStepsBack }) => {
        return { ...latency.cameraClock, back: clockStepsBack() };
      },
    );
    this.#gauge('camera_connected', '1 while a camera is connected.', ({ cameraConnected }) => {
      return Number(cameraConnected());
    });
    this.#gauge('beads', 'Beads that are tracked.', ({ beads }) => beads());
  }

  #recording(): void {
    this.#gauge('recording', '1 while a recording is open.', ({ recorder }) => Number(recorder() !== null));
    this.#counts(
      'recorded_rows_total',
      'Rows of tracks, written or lost for good.',
      'state',
      ({ recorder }) => {
        const { rowsWritten: written = 0, rowsLost: lost = 0 } = recorder() ?? {};
        return { written, lost };
      },
    );
    this.#gauge('recorder_rows_waiting', 'Rows of tracks not in the file yet.', ({ recorder }) => {
      return recorder()?.rowsWaiting ?? 0;
    });
    this.#count('recorded_bytes_total', 'Bytes written.', ({ recorder }) => recorder()?.bytesWritten ?? 0);
  }

  #peers(): void {
    this.#gauge('viewers', 'Dashboards connected.', ({ viewers }) => viewers());
    this.#counts('refusals_total', 'Peers and messages turned away.', 'reason', ({ refusals }) => refusals());
  }

  #calcium(): void {
    this.#gauge('calcium_cells', 'Cells that are measured.', ({ calcium }) => calcium().cells);
    this.#counts(
      'calcium_frames_total',
      'Frames whose cells were measured, or skipped.',
      'fate',
      ({ calcium }) => {
        const { measured, skipped } = calcium();
        return { measured, skipped };
      },
    );
    this.#gauge('calcium_frames_waiting', 'Frames whose cells wait to be measured.', ({ calcium }) => {
      return calcium().waiting;
    });
    this.#count('calcium_events_total', 'Events found in the traces of cells.', ({ calcium }) => {
      return calcium().events;
    });
    this.#gauge('calcium_frame_seconds', 'Time for the cells of one frame, of the last frames.', (one) => {
      return one.calcium().usPerFrame / 1e6;
    });
  }

  #movies(): void {
    this.#counts('movie_frames_total', 'Frames of movies, written or lost.', 'fate', ({ movies }) => {
      const { frames: written, lost } = movies().film;
      return { written, lost };
    });
    this.#gauge('movie_frames_waiting', 'Frames that wait to be written to a movie.', ({ movies }) => {
      return movies().film.waiting;
    });
    this.#count('movie_bytes_total', 'Bytes written to the movie; 0 again with the next.', ({ movies }) => {
      return movies().film.bytes;
    });
    this.#gauge('kept_frames', 'Last frames in memory.', ({ movies }) => movies().kept.frames);
    this.#gauge('kept_bytes', 'Memory of the last frames.', ({ movies }) => movies().kept.bytes);
    this.#count('kept_frames_lost_total', 'Frames that should have been kept and were not.', (one) => {
      return one.movies().kept.lost;
    });
  }

  #engine(): void {
    this.#gauge('engine_threads', 'Threads that compute.', ({ engine }) => engine.threads);
    this.#count(
      'engine_restarts_total',
      'Engine threads that were replaced.',
      ({ engine }) => engine.restarts,
    );
    const deviceTime = ({ engine }: MetricSources) => engine.deviceTime() ?? { us: 0, rois: 0 };
    this.#count(
      'gpu_seconds_total',
      'Time the GPU took, by its own clock.',
      (one) => deviceTime(one).us / 1e6,
    );
    this.#count('gpu_rois_total', 'ROIs the GPU tracked in that time.', (one) => deviceTime(one).rois);
    const info = new Gauge({
      name: 'tweezertrack_engine_info',
      help: 'Who computes; always 1.',
      labelNames: ['camera', 'engine', 'device', 'fallback'],
      registers: [this.#registry],
    });
    for (const { label, sources } of this.#cameras) {
      const { device, engine, fallback } = sources.engine.facts;
      info.set({ ...label, engine, device, fallback: String(fallback) }, 1);
    }
  }

  #count(name: string, help: string, read: (sources: MetricSources) => number): void {
    const cameras = this.#cameras;
    new Counter({
      name: `tweezertrack_${name}`,
      help,
      labelNames: ['camera'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { label, sources } of cameras) this.inc(label, read(sources));
      },
    });
  }

  #counts(
    name: string,
    help: string,
    by: string,
    read: (sources: MetricSources) => Record<string, number>,
  ): void {
    const cameras = this.#cameras;
    new Counter({
      name: `tweezertrack_${name}`,
      help,
      labelNames: ['camera', by],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { label, sources } of cameras) {
          for (const [value, count] of Object.entries(read(sources))) {
            this.inc({ ...label, [by]: value }, count);
          }
        }
      },
    });
  }

  #gauge(name: string, help: string, read: (sources: MetricSources) => number): void {
    const cameras = this.#cameras;
    new Gauge({
      name: `tweezertrack_${name}`,
      help,
      labelNames: ['camera'],
      registers: [this.#registry],
      collect() {
        for (const { label, sources } of cameras) this.set(label, read(sources));
      },
    });
  }
}
