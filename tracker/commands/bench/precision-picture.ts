import type { PrecisionPoint } from './measure-precision.ts';

const PANEL = { width: 230, height: 130 };
const GAP = { x: 24, y: 30 };
const MARGIN = { left: 64, top: 58, right: 16, bottom: 44 };
/** Apart for every kind of color vision. Source: Okabe & Ito, Color Universal Design (2008). */
const COLORS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const AXES = [
  { name: 'xy', of: ({ xyOverBound }: PrecisionPoint) => xyOverBound },
  { name: 'z', of: ({ zOverBound }: PrecisionPoint) => zOverBound },
] as const;

/**
 * Picture of rms over bound by height, a panel for every bead radius, axis and brightness and a line for every preset;
 * of the first ROI size there is.
 *
 * @returns an SVG document
 */
export function precisionPicture(points: readonly PrecisionPoint[]): string {
  const { roi } = points[0]!;
  const shown = points.filter((point) => point.roi === roi);
  const presets = unique(shown.map(({ preset }) => preset));
  const brightnesses = unique(shown.map(({ photons }) => photons));
  const rows = unique(shown.map(({ radiusNm }) => radiusNm)).flatMap((radiusNm) =>
    AXES.map((axis) => ({ radiusNm, ...axis })),
  );
  const x = scale(
    shown.map(({ zNm }) => zNm),
    PANEL.width,
  );
  const y = ratioScale(shown.flatMap((point) => AXES.map(({ of }) => of(point))));

  const panels = rows.flatMap((row, rowIndex) =>
    brightnesses.map((photons, column) => {
      const inPanel = shown.filter((point) => point.photons === photons && point.radiusNm === row.radiusNm);
      const lines = presets.map((preset, index) => {
        const line = inPanel.filter((point) => point.preset === preset).sort((a, b) => a.zNm - b.zNm);
        const places = line.map((point) => ({ x: x.at(point.zNm), y: y.at(row.of(point)) }));
        return `<path class="${preset}" d="${pathThrough(places)}" stroke="${COLORS[index % COLORS.length]}"/>`;
      });
      const left = MARGIN.left + column * (PANEL.width + GAP.x);
      const top = MARGIN.top + rowIndex * (PANEL.height + GAP.y);
      const title = `${row.name}, ${photons} photons, radius ${row.radiusNm} nm`;
      return [
        `<g transform="translate(${left} ${top})">`,
        frame(title, x, y, column === 0, rowIndex === rows.length - 1),
        `<g fill="none" stroke-width="1.6" stroke-linejoin="round">${lines.join('')}</g>`,
        '</g>',
      ].join('');
    }),
  );
  const width = MARGIN.left + brightnesses.length * (PANEL.width + GAP.x) - GAP.x + MARGIN.right;
  const height = MARGIN.top + rows.length * (PANEL.height + GAP.y) - GAP.y + MARGIN.bottom;
  const title = `Error (rms) over the Cramér-Rao bound by height, ROI ${roi} px (1: the limit)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11" fill="#333"><title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="18" font-size="13">${title}</text>`,
    legend(presets),
    ...panels,
    `<text x="${MARGIN.left}" y="${height - 8}">height, µm</text>`,
    '</svg>\n',
  ].join('\n');
}

interface Scale {
  at(value: number): number;
  ticks: number[];
}

function scale(values: readonly number[], length: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const first = Math.ceil(low / 2000) * 2000;
  const ticks = Array.from(
    { length: Math.floor((high - first) / 2000) + 1 },
    (_, index) => first + 2000 * index,
  );
  return { at: (value) => tenth(((value - low) / (high - low || 1)) * length), ticks };
}

/** Logarithmic from just below the bound to above the worst. */
function ratioScale(values: readonly number[]): Scale {
  const finite = values.filter((value) => Number.isFinite(value) && value > 0);
  const low = Math.log(Math.min(0.8, ...finite));
  const high = Math.log(Math.max(3, ...finite) * 1.1);
  const ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter((tick) => Math.log(tick) < high);
  const shown = ticks.length > 6 ? ticks.filter((tick) => Number.isInteger(Math.log10(tick))) : ticks;
  const at = (value: number) => tenth(PANEL.height * (1 - (Math.log(value) - low) / (high - low)));
  return { at, ticks: shown };
}

function frame(title: string, x: Scale, y: Scale, labelsY: boolean, labelsX: boolean): string {
  const { width, height } = PANEL;
  const across = y.ticks.map((tick) => {
    const stroke = tick === 1 ? 'stroke="#333" stroke-dasharray="4 3"' : 'stroke="#ddd"';
    const label = labelsY ? `<text x="-6" y="${y.at(tick) + 4}" text-anchor="end">${tick}</text>` : '';
    return `<path d="M0 ${y.at(tick)}H${width}" ${stroke}/>${label}`;
  });
  const up = x.ticks.map((tick) => {
    const label = labelsX
      ? `<text x="${x.at(tick)}" y="${height + 15}" text-anchor="middle">${tick / 1000}</text>`
      : '';
    return `<path d="M${x.at(tick)} 0V${height}" stroke="#eee"/>${label}`;
  });
  const border = `<rect width="${width}" height="${height}" fill="none" stroke="#999"/>`;
  return `<text y="-6">${title}</text>${up.join('')}${across.join('')}${border}`;
}

function legend(presets: readonly string[]): string {
  return presets
    .map((preset, index) => {
      const left = MARGIN.left + 120 * index;
      const line = `<path d="M${left} 32h22" stroke="${COLORS[index % COLORS.length]}" stroke-width="2"/>`;
      return `${line}<text x="${left + 28}" y="36">${preset}</text>`;
    })
    .join('');
}

/** A line through the places, broken where there is none. */
function pathThrough(places: readonly { x: number; y: number }[]): string {
  let isBroken = true;
  return places
    .map(({ x, y }) => {
      if (!Number.isFinite(y)) {
        isBroken = true;
        return '';
      }
      const command = isBroken ? 'M' : 'L';
      isBroken = false;
      return `${command}${x} ${y}`;
    })
    .join('');
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function tenth(px: number): number {
  return Math.round(10 * px) / 10;
}
