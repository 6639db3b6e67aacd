import type uPlot from 'uplot';

/** CSS color of a variable where an element is, in the scheme of the moment. */
export function cssColor(element: Element, variable: string): string {
  return getComputedStyle(element).getPropertyValue(variable).trim();
}

/** How every axis of the page looks. */
export function axisLook(container: HTMLElement): uPlot.Axis {
  return {
    stroke: () => cssColor(container, '--muted'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: () => cssColor(container, '--grid'), width: 1 },
    ticks: { show: false },
  };
}

/** Keeps a plot at the size of its container and in the colors of the page until the returned function is called. */
export function keepFitting(plot: uPlot, container: HTMLElement): () => void {
  const resize = new ResizeObserver(() => plot.setSize(sizeOf(container)));
  resize.observe(container);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const redraw = () => plot.redraw(false, true);
  scheme.addEventListener('change', redraw);
  return () => {
    scheme.removeEventListener('change', redraw);
    resize.disconnect();
  };
}

export function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) };
}

/** A tick without the digits of binary rounding. */
export function trimmed(value: number): string {
  return String(Number(value.toPrecision(10))).replace('-', '−');
}
