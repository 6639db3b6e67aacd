import { computed, effect, signal } from '@preact/signals';
import type { PreviewMessage } from '#protocol/picture-request.ts';
import type { Roi } from '#protocol/roi.ts';
import type { BeadActions } from './bead-actions.ts';
import { drawOverlay } from './bead-overlay.ts';
import { listenToGestures } from './camera-gestures.ts';
import { type FrameView, type Size, viewFrame, wholeFrame, type Zoom } from './frame-view.ts';
import { createGrayPicture } from './gray-picture.ts';
import type { LiveStore } from './live-store.ts';
import { paintOnDemand } from './paint-on-demand.ts';

const DRAW_MS = 33;

/** What the Live Camera shows besides the store: the view, the pointer and the bead being dragged. */
export function createCameraStage({ camera, preview }: LiveStore) {
  // Numbers, so that a new preview of the same size changes nothing and leaves the zoom alone.
  const width = computed(
    () => camera.value?.width || (preview.value ? preview.value.width * preview.value.step : 4),
  );
  const height = computed(
    () => camera.value?.height || (preview.value ? preview.value.height * preview.value.step : 3),
  );
  const frame = computed<Size>(() => ({ width: width.value, height: height.value }));
  const zoom = signal<Zoom>(wholeFrame(frame.peek()));
  return {
    frame,
    zoom,
    hasPicture: computed(() => preview.value !== null),
    isZoomed: computed(() => zoom.value.factor > 1),
    showWhole: () => {
      zoom.value = wholeFrame(frame.peek());
    },
    /** CSS px. */
    size: signal<Size>({ width: 0, height: 0 }),
    /** Where the dragged bead would go. */
    ghost: signal<Roi | null>(null),
    hovered: signal<number | null>(null),
    /** Full-frame position under the pointer. */
    pointer: signal<readonly [xPx: number, yPx: number] | null>(null),
  };
}

export type CameraStage = ReturnType<typeof createCameraStage>;

/** The elements of the stage: two canvases that fill it, the overlay on top. */
export interface StageElements {
  stage: HTMLElement;
  picture: HTMLCanvasElement;
  overlay: HTMLCanvasElement;
}

/** Keeps picture and overlay drawn and listens to the pointer, until the returned function is called. */
export function runCameraStage(
  elements: StageElements,
  store: LiveStore,
  state: CameraStage,
  actions: BeadActions,
): () => void {
  const gray = createGrayPicture();
  let shown: PreviewMessage | null = null;

  const viewNow = (): FrameView | null => {
    const size = state.size.peek();
    return size.width > 0 && size.height > 0 ? viewFrame(state.frame.peek(), size, state.zoom.peek()) : null;
  };

  const overlayPainter = paintOnDemand(() => {
    const view = viewNow();
    const context = view && beginDrawing(elements.overlay, state.size.peek());
    if (!context) return;
    drawOverlay(context, {
      view,
      beads: store.beads.peek(),
      newest: store.newest.peek(),
      selection: store.selection.peek(),
      references: store.references.peek(),
      hovered: state.hovered.peek(),
      ghost: state.ghost.peek(),
      frame: state.frame.peek(),
    });
  }, DRAW_MS);
  const picturePainter = paintOnDemand(() => {
    const view = viewNow();
    if (view) drawPicture(view);
  }, DRAW_MS);

  function drawPicture(view: FrameView): void {
    const context = beginDrawing(elements.picture, state.size.peek());
    const preview = store.preview.peek();
    if (!context || !preview) return;
    if (preview !== shown) gray.show(preview);
    shown = preview;
    const { width, height, step } = preview;
    const scale = step * view.scale;
    // Pixels large enough to be seen are shown as they are.
    context.imageSmoothingEnabled = scale * devicePixelRatio < 2;
    context.drawImage(gray.canvas, view.left, view.top, width * scale, height * scale);
  }

  const resize = new ResizeObserver(() => {
    state.size.value = { width: elements.stage.clientWidth, height: elements.stage.clientHeight };
  });
  resize.observe(elements.stage);

  const stopZoomReset = effect(() => {
    state.zoom.value = wholeFrame(state.frame.value);
  });
  const stopPicture = effect(() => {
    for (const drawn of [store.preview, state.size, state.zoom]) void drawn.value;
    picturePainter.request();
  });
  const stopOverlay = effect(() => {
    const { beads, newest, selection, references } = store;
    const { size, zoom, ghost, hovered } = state;
    for (const drawn of [beads, newest, selection, references, size, zoom, ghost, hovered]) void drawn.value;
    overlayPainter.request();
  });
  const stopGestures = listenToGestures(
    elements.overlay,
    { ...state, view: viewNow, beads: store.beads },
    actions,
  );

  return () => {
    stopGestures();
    stopPicture();
    stopOverlay();
    stopZoomReset();
    resize.disconnect();
    picturePainter.stop();
    overlayPainter.stop();
  };
}

/** A cleared context in CSS px on a canvas as sharp as the screen. */
function beginDrawing(canvas: HTMLCanvasElement, { width, height }: Size): CanvasRenderingContext2D | null {
  const [columns, rows] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}
