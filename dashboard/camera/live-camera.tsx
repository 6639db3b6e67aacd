import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { askForPictures } from '../link/ask-for-pictures.ts';
import { countsOfGray } from '../link/picture-wish.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { ViewProps } from '../views/view.ts';
import { formatCount, formatFixed } from '../words/format-number.ts';
import { createAutoDetect } from './auto-detect.ts';
import { listenToUndo, onCameraKey } from './bead-keys.ts';
import { type CameraStage, createCameraStage, runCameraStage } from './camera-stage.ts';
import { type CameraTool, CameraTools, ToolDrawer } from './camera-tools.tsx';
import { toFrame, viewFrame } from './frame-view.ts';
import { Minimap } from './minimap.tsx';
import './live-camera.css';

/** Live picture with ROI boxes, where beads are added, selected, moved and removed. */
export function LiveCamera({ store, actions, connection }: ViewProps) {
  const stageRef = useRef<HTMLDivElement>(null);
  const pictureRef = useRef<HTMLCanvasElement>(null);
  const overlayRef = useRef<HTMLCanvasElement>(null);
  const state = useMemo(() => createCameraStage(store), [store]);
  const detect = useMemo(() => createAutoDetect(store, connection, actions), [store, connection, actions]);
  const tool = useSignal<CameraTool | null>(null);

  useEffect(() => {
    const [stage, picture, overlay] = [stageRef.current, pictureRef.current, overlayRef.current];
    if (!stage || !picture || !overlay) return;
    const stops = [
      runCameraStage({ stage, picture, overlay }, store, state, detect, actions),
      askForPictures(store, connection, state),
      listenToUndo(actions),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [store, connection, state, detect, actions]);

  const { camera, beads, selected, isLive, notice } = store;
  const away = !isLive.value ? 'No connection' : camera.value?.connected ? null : 'No camera';
  const picking = detect.isPickingSeed.value;
  return (
    <section class="panel live-camera" aria-labelledby="live-camera-title">
      <header>
        <h2 id="live-camera-title">Live Camera</h2>
        <Readout state={state} preview={store.preview} />
        {state.isZoomed.value && (
          <button type="button" onClick={state.showWhole}>
            Whole frame
          </button>
        )}
      </header>
      <CameraTools store={store} actions={actions} state={state} detect={detect} tool={tool} />
      <div class="camera-body">
        <div class={`stage ${away ? 'is-away' : ''}`} ref={stageRef}>
          <canvas ref={pictureRef} class="picture" />
          {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: keys act on the picture itself. */}
          <canvas
            ref={overlayRef}
            class="overlay"
            role="application"
            aria-roledescription="live picture"
            tabIndex={0}
            style={{ cursor: picking || state.hovered.value === null ? 'crosshair' : 'move' }}
            aria-label={`Live picture of ${camera.value?.camera ?? 'no camera'} with the ROIs of ${beads.value.length} beads${
              selected.value === null ? '' : `; bead ${selected.value} is selected`
            }`}
            aria-describedby="live-camera-keys"
            onKeyDown={(event) => onCameraKey(event, store, actions, keysOf(state, detect.isPickingSeed))}
          />
          {away && <p class="stage-badge">{away}</p>}
          {!away && !state.hasPicture.value && <p class="stage-badge">Waiting for the first picture</p>}
          {!away && picking && <p class="stage-hint">Click the bead that the others should be like</p>}
          {state.isZoomed.value && <Minimap store={store} state={state} />}
          <Notice notice={notice} />
        </div>
        <ToolDrawer store={store} actions={actions} state={state} detect={detect} tool={tool} />
      </div>
      <footer class="hint" id="live-camera-keys">
        <span>
          <kbd>click</kbd> add or select
        </span>
        <span>
          <kbd>drag</kbd> move
        </span>
        <span>
          <kbd>right-click</kbd>, <kbd>Del</kbd> remove
        </span>
        <span>
          <kbd>arrows</kbd> nudge
        </span>
        <span>
          <kbd>wheel</kbd>, <kbd>+ − 0</kbd> zoom
        </span>
        <span class="unseen">
          Shift with arrows nudges by 10 px, Alt with arrows moves the view, A adds a bead in its middle.
        </span>
      </footer>
    </section>
  );
}

function keysOf(state: CameraStage, isPickingSeed: { value: boolean }) {
  const seen = () => viewFrame(state.frame.peek(), state.size.peek(), state.zoom.peek());
  return {
    zoomBy: state.zoomBy,
    showWhole: state.showWhole,
    pan: (dx: number, dy: number) => {
      const { scale } = seen();
      const { width, height } = state.size.peek();
      state.panBy((dx * width) / scale, (dy * height) / scale);
    },
    middle: () => {
      const { width, height } = state.size.peek();
      return toFrame(seen(), width / 2, height / 2);
    },
    cancel: () => {
      isPickingSeed.value = false;
    },
  };
}

function Notice({ notice }: Pick<LiveStore, 'notice'>) {
  if (!notice.value) return null;
  return (
    <p class="notice" role="alert">
      <span>{notice.value}</span>
      <button
        type="button"
        aria-label="Dismiss"
        onClick={() => {
          notice.value = null;
        }}
      >
        ×
      </button>
    </p>
  );
}

/** Position and counts under the pointer; without a pointer the zoom and the counts shown as black and white. */
function Readout({ state, preview: shown }: { state: CameraStage; preview: LiveStore['preview'] }) {
  const preview = shown.value;
  const at = state.pointer.value;
  if (!preview) return <p class="readout" />;
  if (!at) {
    return (
      <p class="readout">
        {state.isZoomed.value && <span>{formatFixed(state.zoom.value.factor, 1)}×</span>}
        <span>
          {formatCount(preview.black)}–{formatCount(preview.white)} counts
        </span>
      </p>
    );
  }
  const [xPx, yPx] = at;
  const column = Math.floor((xPx + 0.5 - preview.left) / preview.step);
  const row = Math.floor((yPx + 0.5 - preview.top) / preview.step);
  const isInPicture = column >= 0 && row >= 0 && column < preview.width && row < preview.height;
  const gray = isInPicture ? preview.pixels[row * preview.width + column]! : Number.NaN;
  return (
    <p class="readout">
      <span>x {formatFixed(xPx, 1)}</span>
      <span>y {formatFixed(yPx, 1)} px</span>
      <span>{formatFixed(countsOfGray(gray, preview), 0)} counts</span>
    </p>
  );
}
