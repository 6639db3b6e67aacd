import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { paintOnDemand } from '../painting/paint-on-demand.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { CameraStage } from './camera-stage.ts';
import { toFrame, viewFrame } from './frame-view.ts';
import { createGrayPicture } from './gray-picture.ts';

const WIDTH = 128;
const DRAW_MS = 100;

/** The whole frame, small, with the part that is seen; a click or drag goes there. */
export function Minimap({ store, state }: { store: LiveStore; state: CameraStage }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { frame, size, zoom } = state;
  const scale = WIDTH / frame.value.width;
  const height = Math.max(1, Math.round(frame.value.height * scale));

  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const gray = createGrayPicture();
    const painter = paintOnDemand(() => {
      const map = store.map.peek();
      context.clearRect(0, 0, canvas.width, canvas.height);
      if (map) {
        gray.show(map);
        const fit = canvas.width / frame.peek().width;
        context.drawImage(gray.canvas, 0, 0, map.width * map.step * fit, map.height * map.step * fit);
      }
      drawSeen(context, state);
    }, DRAW_MS);
    const stop = effect(() => {
      for (const drawn of [store.map, frame, size, zoom]) void drawn.value;
      painter.request();
    });
    return () => {
      stop();
      painter.stop();
    };
  }, [store, state, frame, size, zoom]);

  const go = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    const canvas = event.currentTarget as HTMLCanvasElement;
    canvas.setPointerCapture(event.pointerId);
    const box = canvas.getBoundingClientRect();
    const { width: frameWidth, height: frameHeight } = frame.peek();
    zoom.value = {
      factor: zoom.peek().factor,
      xPx: ((event.clientX - box.left) / box.width) * frameWidth - 0.5,
      yPx: ((event.clientY - box.top) / box.height) * frameHeight - 0.5,
    };
    // As far as the frame reaches.
    state.panBy(0, 0);
  };
  return (
    <canvas
      ref={ref}
      class="minimap"
      width={WIDTH}
      height={height}
      style={{ width: `${WIDTH}px`, height: `${height}px` }}
      role="img"
      aria-label="The whole frame with the part that is seen"
      onPointerDown={go}
      onPointerMove={go}
    />
  );
}

function drawSeen(context: CanvasRenderingContext2D, { frame, size, zoom }: CameraStage): void {
  const whole = frame.peek();
  const stage = size.peek();
  const fit = context.canvas.width / whole.width;
  const view = viewFrame(whole, stage, zoom.peek());
  const [left, top] = toFrame(view, 0, 0);
  const [right, bottom] = toFrame(view, stage.width, stage.height);
  const [x, y] = [Math.max(0, (left + 0.5) * fit), Math.max(0, (top + 0.5) * fit)];
  const toX = Math.min(context.canvas.width, (right + 0.5) * fit);
  const toY = Math.min(context.canvas.height, (bottom + 0.5) * fit);
  context.strokeStyle = 'rgb(0 0 0 / 0.6)';
  context.lineWidth = 3;
  context.strokeRect(x + 1, y + 1, toX - x - 2, toY - y - 2);
  context.strokeStyle = '#3fd0ff';
  context.lineWidth = 1.5;
  context.strokeRect(x + 1, y + 1, toX - x - 2, toY - y - 2);
}
