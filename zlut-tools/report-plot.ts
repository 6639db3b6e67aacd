/** Points of a plot, drawn as a line or as dots. */
export interface PlotSeries {
  label: string;
  /** CSS color. */
  color: string;
  x: ArrayLike<number>;
  /** NaN is left out and breaks a line. */
  y: ArrayLike<number>;
  dots?: boolean;
}

export interface PlotOptions {
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly PlotSeries[];
  /** Range of x that is shaded. */
  shaded?: readonly [number, number] | undefined;
  /** Horizontal lines. */
  levels?: readonly { y: number; label: string }[] | undefined;
  /** Range of x; that of the points when left out. */
  xRange?: readonly [number, number] | undefined;
  /** Range of y; that of the middle 98 % of the points when left out. */
  yRange?: readonly [number, number] | undefined;
  width?: number;
  height?: number;
}

const MARGIN = { left: 62, right: 12, top: 30, bottom: 38 };

/** A plot as SVG. */
export function plot(options: PlotOptions): string {
  const { title, xLabel, yLabel, series, shaded, levels = [], width = 640, height = 240 } = options;
  const xRange = options.xRange ?? extent(series.flatMap(({ x }) => Array.from(x)));
  const [bottom, top] = options.yRange ?? middleRange(series.flatMap(({ y }) => Array.from(y)));
  const right = width - MARGIN.right;
  const floor = height - MARGIN.bottom;
  const xOf = (x: number) =>
    MARGIN.left + ((x - xRange[0]) / (xRange[1] - xRange[0])) * (right - MARGIN.left);
  const yOf = (y: number) => floor - ((y - bottom) / (top - bottom)) * (floor - MARGIN.top);
  const ticksX = ticks(xRange[0], xRange[1]).map(
    (x) =>
      `<line class="grid" x1="${f(xOf(x))}" x2="${f(xOf(x))}" y1="${MARGIN.top}" y2="${floor}"/><text x="${f(xOf(x))}" y="${floor + 14}" text-anchor="middle">${tickText(x)}</text>`,
  );
  const ticksY = ticks(bottom, top).map(
    (y) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${f(yOf(y))}" y2="${f(yOf(y))}"/><text x="${MARGIN.left - 5}" y="${f(yOf(y) + 4)}" text-anchor="end">${tickText(y)}</text>`,
  );
  const shade = shaded
    ? `<rect class="useful" x="${f(xOf(shaded[0]))}" width="${f(Math.max(0, xOf(shaded[1]) - xOf(shaded[0])))}" y="${MARGIN.top}" height="${floor - MARGIN.top}"/>`
    : '';
  const inside = (y: number) => y >= bottom && y <= top;
  const lines = levels
    .filter(({ y }) => inside(y))
    .map(
      ({ y, label }) =>
        `<line class="level" x1="${MARGIN.left}" x2="${right}" y1="${f(yOf(y))}" y2="${f(yOf(y))}"/><text x="${right - 3}" y="${f(yOf(y) - 3)}" text-anchor="end">${escapeHtml(label)}</text>`,
    );
  const drawn = series.map((one) =>
    one.dots ? dotsOf(one, xOf, yOf, inside) : lineOf(one, xOf, yOf, bottom, top),
  );
  const legend = series.length < 2 ? '' : legendOf(series, right);
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(title)}">
<text class="title" x="${MARGIN.left}" y="16">${escapeHtml(title)}</text>${shade}${ticksX.join('')}${ticksY.join('')}${lines.join('')}
${drawn.join('\n')}
<text x="${(MARGIN.left + right) / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(xLabel)}</text>
<text transform="translate(14 ${(MARGIN.top + floor) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(yLabel)}</text>${legend}</svg>`;
}

/** Text for HTML and SVG. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}

/** Round numbers between two. */
export function ticks(from: number, to: number, about = 6): number[] {
  const rough = (to - from) / about;
  if (!(rough > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

function tickText(value: number): string {
  return `${Number(value.toPrecision(6))}`;
}

/** A coordinate with the digits a picture needs. */
function f(value: number): string {
  return value.toFixed(1);
}

type Scale = (value: number) => number;

function dotsOf({ x, y, color }: PlotSeries, xOf: Scale, yOf: Scale, inside: (y: number) => boolean): string {
  const dots = Array.from(x, (value, index) => ({ value, height: y[index]! }))
    .filter(({ height }) => inside(height))
    .map(({ value, height }) => `M${f(xOf(value))} ${f(yOf(height))}h0`);
  return `<path class="dots" stroke="${color}" d="${dots.join('')}"/>`;
}

function lineOf({ x, y, color }: PlotSeries, xOf: Scale, yOf: Scale, bottom: number, top: number): string {
  let path = '';
  let pen = 'M';
  for (let index = 0; index < x.length; index++) {
    if (Number.isNaN(y[index]!)) {
      pen = 'M';
      continue;
    }
    const clipped = Math.min(top, Math.max(bottom, y[index]!));
    path += `${pen}${f(xOf(x[index]!))} ${f(yOf(clipped))}`;
    pen = 'L';
  }
  return `<path class="line" stroke="${color}" d="${path}"/>`;
}

function legendOf(series: readonly PlotSeries[], right: number): string {
  let at = right;
  return series
    .toReversed()
    .map(({ label, color }) => {
      const text = `<text x="${at}" y="16" text-anchor="end" fill="${color}" style="fill:${color}">${escapeHtml(label)}</text>`;
      at -= label.length * 6.2 + 14;
      return text;
    })
    .join('');
}

function extent(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [
    finite.reduce((a, b) => Math.min(a, b), finite[0] ?? 0),
    finite.reduce((a, b) => Math.max(a, b), finite[0] ?? 1),
  ];
  return high > low ? [low, high] : [low - 1, low + 1];
}

/** Range of all but the outermost hundredth at either end, with room. */
function middleRange(values: readonly number[]): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [-1, 1];
  const skip = Math.floor(sorted.length / 100);
  const [low, high] = extent([sorted[skip]!, sorted[sorted.length - 1 - skip]!]);
  const room = 0.08 * (high - low);
  return [low - room, high + room];
}
