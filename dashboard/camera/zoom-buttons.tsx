import type { PlotChoices } from '../store/plot-choices.ts';
import type { TraceView } from '../store/trace-view.ts';

/** Least span of a zoom, s. */
const LEAST_S = 0.01;

/** Zooms about the middle of what is shown and moves it, in shares of its span; what is shown is held meanwhile. */
function change(choices: PlotChoices, view: TraceView, factor: number, shift = 0): void {
  const { fromS, toS } = view.look();
  const half = Math.max(LEAST_S, (toS - fromS) * factor) / 2;
  const middle = (fromS + toS) / 2 + shift * (toS - fromS);
  if (!choices.paused.peek()) choices.paused.value = view.hold(choices.windowS.peek());
  choices.zoom.value = { fromS: middle - half, toS: middle + half };
}

/** What the keys do while the plots have the focus. */
export function onZoomKey(event: KeyboardEvent, choices: PlotChoices, view: TraceView): void {
  const actions: Record<string, () => void> = {
    '+': () => change(choices, view, 0.5),
    '=': () => change(choices, view, 0.5),
    '-': () => change(choices, view, 2),
    ArrowLeft: () => change(choices, view, 1, -0.25),
    ArrowRight: () => change(choices, view, 1, 0.25),
    Escape: () => {
      choices.zoom.value = null;
    },
  };
  const action = actions[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}

export function ZoomButtons({ choices, view }: { choices: PlotChoices; view: TraceView }) {
  return (
    <>
      <button
        type="button"
        aria-label="Zoom in"
        title="Zoom in; or drag over a span of a plot"
        onClick={() => change(choices, view, 0.5)}
      >
        +
      </button>
      <button type="button" aria-label="Zoom out" onClick={() => change(choices, view, 2)}>
        −
      </button>
      {choices.zoom.value && (
        <button
          type="button"
          onClick={() => {
            choices.zoom.value = null;
          }}
        >
          Reset zoom
        </button>
      )}
    </>
  );
}
