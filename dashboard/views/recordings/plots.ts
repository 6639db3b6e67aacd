import { effect, type Signal } from '@preact/signals';
import type { RecordingDetails } from '#protocol/recordings.ts';
import { POSITION_COLUMNS } from '#protocol/trace-columns.ts';
import { paintOnDemand } from '../../painting/paint-on-demand.ts';
import { Band, Polyline } from '../../plots/decimate-trace.ts';
import { MotorCurve } from '../../plots/motor-curve.ts';
import type { Curve } from '../../plots/paint-curves.ts';
import { beadColorVariable, MOTOR_PLOTS, PLOTS, unitOf } from '../../plots/plot-definitions.ts';
import { cssColor } from '../../plots/plot-frame.ts';
import { createTracePlot } from '../../plots/trace-plot.ts';
import type { WindowFeed } from './feed.ts';
import type { Playback } from './playback.ts';
import { fillBand, fillLine, firstFinite, gapS } from './points.ts';

const DRAW_MS = 33;

/** The plots of a replay from top to bottom. */
export const REPLAY_PLOTS = PLOTS.flatMap((plot) => {
  const column = POSITION_COLUMNS.find((one) => one === plot.column);
  return column ? [{ ...plot, column }] : [];
});

/** The plots of motors below these. */
export function motorPlots({ motors }: Pick<RecordingDetails, 'motors'>) {
  return MOTOR_PLOTS.filter(({ column }) => motors.includes(column));
}

/** A replay on the page. */
export interface ReplayPlots {
  details: RecordingDetails;
  beads: Signal<readonly number[]>;
  playback: Playback;
  feed: WindowFeed;
  /** Time under the cursor, s; null while it is elsewhere. */
  cursorS: Signal<number | null>;
}

/** Plays and draws into containers, one for each of `REPLAY_PLOTS` and of its motors, until the returned function is called. */
export function runReplayPlots(containers: readonly HTMLElement[], replay: ReplayPlots): () => void {
  const { details, beads, playback, feed, cursorS } = replay;
  const lines: Polyline[][] = REPLAY_PLOTS.map(() => []);
  const bands: Band[][] = REPLAY_PLOTS.map(() => []);
  /** Of x and y by plot and bead: what is drawn as zero stays while it plays. */
  const origins = REPLAY_PLOTS.map(() => new Map<number, number>());
  const pixelSizeNm = details.camera.pixelSizeNm ?? Number.NaN;
  const moved = motorPlots(details);
  const motorCurves = moved.map(() => new MotorCurve());
  const all = [...REPLAY_PLOTS, ...moved];
  const plots = all.map((plot, at) =>
    createTracePlot(containers[at]!, {
      showTimes: at === all.length - 1,
      leastSpan: () => plot.leastSpan * (unitOf(plot.column, pixelSizeNm).name === 'px' ? 0.01 : 1),
      onCursor: (timeS) => {
        cursorS.value = timeS;
      },
      onZoom: (span) => {
        if (!span) return playback.show(playback.endS.peek());
        playback.show(span.toS - span.fromS);
        playback.seek(span.toS);
      },
    }),
  );

  function originOf(at: number, bead: number, values: Float64Array | undefined): number {
    if (REPLAY_PLOTS[at]!.column === 'zNm' || !values) return 0;
    const origin = origins[at]!.get(bead) ?? firstFinite(values);
    if (origin !== null) origins[at]!.set(bead, origin);
    return origin ?? 0;
  }

  function draw(): void {
    const window = feed.window.peek();
    const [fromS, toS] = [playback.fromS.peek(), playback.atS.peek()];
    const traces = window?.traces ?? [];
    for (const [at, { column, colorVariable }] of REPLAY_PLOTS.entries()) {
      const { scale } = unitOf(column, pixelSizeNm);
      const curves = traces.map((trace, index): Curve => {
        lines[at]![index] ??= new Polyline();
        const line = lines[at]![index];
        const seen = { fromS, toS, gapS: gapS(window!, details.camera.fps) };
        fillLine(line, trace, column, seen);
        bands[at]![index] ??= new Band();
        const band = bands[at]![index];
        fillBand(band, trace, column, seen);
        const variable = traces.length === 1 ? colorVariable : beadColorVariable(index);
        const unit = { origin: originOf(at, trace.bead, trace.least[column]), scale };
        return {
          line,
          band: band.length > 0 ? band : null,
          unit,
          color: cssColor(containers[at]!, variable),
        };
      });
      plots[at]!.show(curves, { fromS, toS }, null);
    }
    for (const [at, { column, colorVariable }] of moved.entries()) {
      const place = REPLAY_PLOTS.length + at;
      const color = cssColor(containers[place]!, colorVariable);
      const curves = window ? [motorCurves[at]!.of(window.motors, column, { fromS, toS }, color)] : [];
      plots[place]!.show(curves, { fromS, toS }, null);
    }
  }

  const painter = paintOnDemand(draw, DRAW_MS);
  const stopDrawing = effect(() => {
    for (const shown of [playback.atS, playback.windowS, feed.window]) void shown.value;
    painter.request();
  });
  const stopFeeding = effect(() => {
    for (const cause of [playback.atS, playback.windowS, playback.endS, playback.isPlaying]) void cause.value;
    for (const cause of [playback.speed, feed.window, feed.error, feed.isLoading]) void cause.value;
    feed.need(beads.value, plots[0]!.plotWidth());
  });

  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', painter.request);

  let tick: number | undefined;
  const stopPlaying = effect(() => {
    if (!playback.isPlaying.value) return;
    let beforeMs = performance.now();
    const step = (nowMs: number) => {
      playback.advance((nowMs - beforeMs) / 1000, feed.loadedToS);
      beforeMs = nowMs;
      tick = requestAnimationFrame(step);
    };
    tick = requestAnimationFrame(step);
    return () => cancelAnimationFrame(tick!);
  });

  return () => {
    for (const stop of [stopDrawing, stopFeeding, stopPlaying]) stop();
    scheme.removeEventListener('change', painter.request);
    painter.stop();
    feed.stop();
    for (const plot of plots) plot.destroy();
  };
}
