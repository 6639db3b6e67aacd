import { type Painter, paintOnDemand } from './paint-on-demand.ts';

/**
 * Draws as `paintOnDemand` does, but only while some of the element is on screen; what was asked for meanwhile is drawn
 * when it comes back.
 */
export function paintWhileSeen(element: Element, draw: () => void, leastMs: number): Painter {
  let seen = false;
  let isAsked = false;
  const painter = paintOnDemand(() => {
    isAsked = false;
    draw();
  }, leastMs);
  const request = () => {
    isAsked = true;
    if (seen && !document.hidden) painter.request();
  };
  const onVisible = () => {
    if (isAsked) request();
  };
  const observer = new IntersectionObserver((entries) => {
    seen = entries.at(-1)!.isIntersecting;
    onVisible();
  });
  observer.observe(element);
  document.addEventListener('visibilitychange', onVisible);
  return {
    request,
    stop() {
      observer.disconnect();
      document.removeEventListener('visibilitychange', onVisible);
      painter.stop();
    },
  };
}
