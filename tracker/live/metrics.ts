import type { EngineHost } from '#engines/engine-host.ts';
import type { LedgerTotals } from '#ingest/frame-ledger.ts';
import type { CalciumStatus } from '#protocol/calcium-live.ts';
import type { MovieState } from '#protocol/movie.ts';
import type { RecorderStats } from '#recording/recorder-options.ts';
import type { LatencyBudget } from '#sinks/latency.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { Report } from './pages.ts';

/** Where the numbers are read when somebody asks for them. */
export interface MetricSources {
  totals(): LedgerTotals;
  latency: LatencyBudget;
  /** Of the engine host: `restarts` counts threads that were replaced. */
  engine: Pick<EngineHost, 'facts' | 'threads' | 'restarts' | 'deviceTime'>;
  /** Frames whose camera time was before that of the frame ahead of them. */
  clockStepsBack(): number;
  /** Null when nothing is recorded. */
  recorder(): RecorderStats | null;
  cameraConnected(): boolean;
  beads(): number;
  viewers(): number;
  refusals(): Record<string, number>;
  /** `cells` that are measured, none while calcium is off. */
  calcium(): CalciumStatus & { cells: number };
  movies(): Pick<MovieState, 'film' | 'kept'>;
}

/** Sources by name of the camera. */
export type SourcesByCamera = ReadonlyMap<string, MetricSources>;

/** What `/metrics` answers, in the text format of Prometheus; the library that writes it is loaded when first needed. */
export class Metrics {
  readonly #sources: SourcesByCamera;
  #registry: Promise<MetricRegistry> | null = null;

  /** @param sources those of a named camera get its name as a label */
  constructor(sources: SourcesByCamera) {
    this.#sources = sources;
  }

  async report(): Promise<Report> {
    return (await this.load()).report();
  }

  /** Loads it, so that the first to ask need not wait; watches memory, event loop and garbage collection from now on. */
  load(): Promise<MetricRegistry> {
    this.#registry ??= import('./metric-registry.ts').then(
      (loaded) => new loaded.MetricRegistry(this.#sources),
    );
    return this.#registry;
  }
}
