import { effect, signal } from '@preact/signals';
import type { CameraStage } from '../camera/camera-stage.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { LiveConnection } from './live-connection.ts';
import { pictureWish } from './picture-wish.ts';

/** While somebody zooms or drags, the tracker is asked this often at most. */
const ASK_EVERY_MS = 80;

/** Asks the tracker for the picture that fills the stage whenever that is another one, and for none while the page is hidden. */
export function askForPictures(
  { isLive, camera }: LiveStore,
  { request }: LiveConnection,
  { frame, size, zoom, contrast }: CameraStage,
): () => void {
  const isHidden = signal(document.hidden);
  const onVisibility = () => {
    isHidden.value = document.hidden;
  };
  document.addEventListener('visibilitychange', onVisibility);
  let asked = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = () => {
    timer = undefined;
    const wish = pictureWish(frame.peek(), size.peek(), zoom.peek(), contrast.peek(), devicePixelRatio);
    if (!wish || !isLive.peek() || !camera.peek()) return;
    const wished = { type: 'preview' as const, ...wish, fps: isHidden.peek() ? 0 : 30 };
    if (JSON.stringify(wished) === asked) return;
    asked = JSON.stringify(wished);
    void request(wished);
  };
  const stop = effect(() => {
    // A new connection knows of no wish.
    if (!isLive.value) asked = '';
    for (const seen of [camera, frame, size, zoom, contrast, isHidden]) void seen.value;
    timer ??= setTimeout(ask, ASK_EVERY_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
