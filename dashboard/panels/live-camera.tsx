import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { BeadActions } from '../bead-actions.ts';
import { type CameraStage, createCameraStage, runCameraStage } from '../camera-stage.ts';
import { formatCount, formatFixed } from '../format-number.ts';
import type { LiveStore } from '../live-store.ts';

/** Live picture with ROI boxes, where beads are added, selected, moved and removed. */
export function LiveCamera({ store, actions }: { store: LiveStore; actions: BeadActions }) {
  const stageRef = useRef<HTMLDivElement>(null);
  const pictureRef = useRef<HTMLCanvasElement>(null);
  const overlayRef = useRef<HTMLCanvasElement>(null);
  const state = useMemo(() => createCameraStage(store), [store]);

  useEffect(() => {
    const [stage, picture, overlay] = [stageRef.current, pictureRef.current, overlayRef.current];
    if (!stage || !picture || !overlay) return;
    return runCameraStage({ stage, picture, overlay }, store, state, actions);
  }, [store, state, actions]);

  const { camera, beads, selected, preview, isLive, notice } = store;
  const away = !isLive.value ? 'No connection' : camera.value?.connected ? null : 'No camera';
  return (
    <section class="panel live-camera" aria-labelledby="live-camera-title">
      <header>
        <h2 id="live-camera-title">Live Camera</h2>
        <Readout state={state} preview={preview} />
        {state.isZoomed.value && (
          <button type="button" onClick={state.showWhole}>
            Whole frame
          </button>
        )}
      </header>
      <div class={`stage ${away ? 'is-away' : ''}`} ref={stageRef}>
        <canvas ref={pictureRef} class="picture" />
        <canvas
          ref={overlayRef}
          class="overlay"
          role="img"
          style={{ cursor: state.hovered.value === null ? 'crosshair' : 'move' }}
          aria-label={`Live picture of ${camera.value?.camera ?? 'no camera'} with the ROIs of ${beads.value.length} beads${
            selected.value === null ? '' : `; bead ${selected.value} is selected`
          }`}
        />
        {away && <p class="stage-badge">{away}</p>}
        {!away && !state.hasPicture.value && <p class="stage-badge">Waiting for the first picture</p>}
        {notice.value && (
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
        )}
      </div>
      <footer class="hint">
        <span>
          <kbd>click</kbd> add or select
        </span>
        <span>
          <kbd>drag</kbd> move
        </span>
        <span>
          <kbd>right-click</kbd> remove
        </span>
        <span>
          <kbd>wheel</kbd> zoom
        </span>
      </footer>
    </section>
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
  const column = Math.floor((xPx + 0.5) / preview.step);
  const row = Math.floor((yPx + 0.5) / preview.step);
  const isInPicture = column < preview.width && row < preview.height;
  const gray = isInPicture ? preview.pixels[row * preview.width + column]! : Number.NaN;
  const counts = preview.black + (gray / 255) * (preview.white - preview.black);
  return (
    <p class="readout">
      <span>x {formatFixed(xPx, 1)}</span>
      <span>y {formatFixed(yPx, 1)} px</span>
      <span>{formatFixed(counts, 0)} counts</span>
    </p>
  );
}
