import type { PrecisionPoint } from './measure-precision.ts';
import { median } from './statistics.ts';

/**
 * Tables in Markdown: one line a preset and bead, then one a height.
 * @param points of any number of presets, in any order
 */
export function precisionTables(points: readonly PrecisionPoint[]): string {
  return `${summary(points)}\n\n${heights(points)}`;
}

function summary(points: readonly PrecisionPoint[]): string {
  const rows = groups(points, ({ preset, radiusNm, roi, photons }) => [radiusNm, roi, photons, preset]).map(
    ([key, group]) => {
      const pair = (of: (point: PrecisionPoint) => number) => {
        const values = group.map(of).filter(Number.isFinite);
        return `${ratio(median(values))} / ${ratio(Math.max(...values))}`;
      };
      const spreads = group.map(({ sigmaSpread }) => sigmaSpread).filter((spread) => spread !== null);
      return [
        ...key.map(String),
        pair(({ xyOverBound }) => xyOverBound),
        pair(({ zOverBound }) => zOverBound),
        pair(({ xyBiasNm, boundXyNm }) => xyBiasNm / boundXyNm),
        pair(({ zBiasNm, boundZNm }) => Math.abs(zBiasNm) / boundZNm),
        sum(group.map(({ lost }) => lost)),
        sum(group.map((point) => point.false)),
        spreads.length > 0 ? `${Math.min(...spreads).toFixed(2)} to ${Math.max(...spreads).toFixed(2)}` : '',
      ];
    },
  );
  const head = [
    'radius nm',
    'ROI px',
    'photons',
    'preset',
    'xy rms',
    'z rms',
    'xy bias',
    'z bias',
    'lost',
    'false',
    'spread of sigma',
  ];
  return `Over the bound, median / worst of the heights:\n\n${table(head, rows)}`;
}

function heights(points: readonly PrecisionPoint[]): string {
  const presets = [...new Set(points.map(({ preset }) => preset))];
  const sorted = [...points].sort(
    (a, b) => a.roi - b.roi || b.radiusNm - a.radiusNm || a.photons - b.photons || a.zNm - b.zNm,
  );
  const rows = groups(sorted, ({ radiusNm, roi, photons, zNm }) => [radiusNm, roi, photons, zNm]).map(
    ([key, group]) => {
      const { boundXyNm, boundZNm } = group[0]!;
      const cells = presets.map((name) => {
        const point = group.find(({ preset }) => preset === name);
        return point
          ? `${ratio(point.xyOverBound)} / ${ratio(point.zOverBound)} (${point.zBiasNm.toFixed(2)})`
          : '';
      });
      return [...key.map(String), `${boundXyNm.toFixed(3)} / ${boundZNm.toFixed(3)}`, ...cells];
    },
  );
  const head = ['radius nm', 'ROI px', 'photons', 'z nm', 'bound xy / z nm', ...presets];
  return `Over the bound, xy / z (bias of z in nm):\n\n${table(head, rows)}`;
}

/** Points that share a key, in the order their keys first come. */
function groups(
  points: readonly PrecisionPoint[],
  keyOf: (point: PrecisionPoint) => (string | number)[],
): [(string | number)[], PrecisionPoint[]][] {
  const found = new Map<string, [(string | number)[], PrecisionPoint[]]>();
  for (const point of points) {
    const key = keyOf(point);
    const name = key.join(' ');
    const group = found.get(name);
    if (group) group[1].push(point);
    else found.set(name, [key, [point]]);
  }
  return [...found.values()];
}

function ratio(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}

function sum(values: readonly number[]): string {
  return String(values.reduce((total, value) => total + value, 0));
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
