import { computed, effect, signal } from '@preact/signals';
import type { PreviewMessage } from '#protocol/picture-request.ts';
import type { Roi } from '#protocol/roi.ts';
import type { BeadActions } from '../link/bead-actions.ts';
import { paintOnDemand } from '../painting/paint-on-demand.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { AutoDetect } from './auto-detect.ts';
import { drawOverlay } from './bead-overlay.ts';
import { listenToGestures } from './camera-gestures.ts';
import { type FrameView, panBy, type Size, viewFrame, wholeFrame, type Zoom, zoomAt } from './frame-view.ts';
import { createGrayPicture } from './gray-picture.ts';
import { drawProposals } from './proposal-overlay.ts';
import { rememberedContrast } from './remembered-contrast.ts';

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
  const size = signal<Size>({ width: 0, height: 0 });
  return {
    frame,
    zoom,
    contrast: rememberedContrast(),
    /** Zooms about the middle of the stage. */
    zoomBy: (factor: number) => {
      const { width: stageWidth, height: stageHeight } = size.peek();
      zoom.value = zoomAt(frame.peek(), size.peek(), zoom.peek(), stageWidth / 2, stageHeight / 2, factor);
    },
    /** Moves the middle of the view by full-frame px. */
    panBy: (dxPx: number, dyPx: number) => {
      zoom.value = panBy(frame.peek(), size.peek(), zoom.peek(), dxPx, dyPx);
    },
    hasPicture: computed(() => preview.value !== null),
    isZoomed: computed(() => zoom.value.factor > 1),
    showWhole: () => {
      zoom.value = wholeFrame(frame.peek());
    },
    /** CSS px. */
    size,
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
  detect: AutoDetect,
  actions: BeadActions,
): () => void {
  const picture = createGrayPicture();
  const map = createGrayPicture();

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
      size: state.size.peek(),
    });
    if (detect.found.peek()) {
      drawProposals(context, view, detect.shown.peek(), detect.rejected.peek(), detect.seed.peek());
    }
  }, DRAW_MS);
  const picturePainter = paintOnDemand(() => {
    const view = viewNow();
    if (view) drawPicture(view);
  }, DRAW_MS);

  function drawPicture(view: FrameView): void {
    const context = beginDrawing(elements.picture, state.size.peek());
    const preview = store.preview.peek();
    if (!context || !preview) return;
    const behind = store.map.peek();
    // What was not seen a moment ago is coarse until its picture comes.
    if (behind && (preview.left > 0 || preview.top > 0 || isPart(preview))) draw(map, behind);
    draw(picture, preview);

    function draw(gray: typeof picture, message: PreviewMessage): void {
      gray.show(message);
      const scale = message.step * view.scale;
      // Pixels large enough to be seen are shown as they are.
      context!.imageSmoothingEnabled = scale * devicePixelRatio < 2;
      const left = view.left + message.left * view.scale;
      const top = view.top + message.top * view.scale;
      context!.drawImage(gray.canvas, left, top, message.width * scale, message.height * scale);
    }
  }

  function isPart({ width, height, step }: PreviewMessage): boolean {
    const whole = state.frame.peek();
    return (width + 1) * step < whole.width || (height + 1) * step < whole.height;
  }

  const resize = new ResizeObserver(() => {
    state.size.value = { width: elements.stage.clientWidth, height: elements.stage.clientHeight };
  });
  resize.observe(elements.stage);

  const stopZoomReset = effect(() => {
    state.zoom.value = wholeFrame(state.frame.value);
  });
  const stopPicture = effect(() => {
    for (const drawn of [store.preview, store.map, state.size, state.zoom]) void drawn.value;
    picturePainter.request();
  });
  const stopOverlay = effect(() => {
    const { beads, newest, selection, references } = store;
    const { size, zoom, ghost, hovered } = state;
    for (const drawn of [beads, newest, selection, references, size, zoom, ghost, hovered]) void drawn.value;
    for (const drawn of [detect.found, detect.shown, detect.rejected, detect.seed]) void drawn.value;
    overlayPainter.request();
  });
  const stopGestures = listenToGestures(
    elements.overlay,
    { ...state, view: viewNow, beads: store.beads, takesClick: detect.click },
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
