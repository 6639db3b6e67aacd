import { createSensor, sensorFor } from '#simulation/camera-noise.ts';
import { createFastRenderer } from '#simulation/fast-renderer.ts';
import { createRandom } from '#simulation/random.ts';

/** What lies in a plot of a simulated field. */
type PlotKind = 'isolated' | 'pair' | 'cluster' | 'dust' | 'cell';

/** Something in the field; a pair has two of these, a cluster three or four. */
export interface FieldObject {
  kind: PlotKind;
  xPx: number;
  yPx: number;
  /** Of a bead; 0 for what is none. */
  radiusNm: number;
}

export interface BeadField {
  width: number;
  height: number;
  pixels: Uint8Array;
  objects: FieldObject[];
}

const RADII_NM = [500, 1000] as const;
const PLOT_PX = 110;
const COLUMNS = 10;
const ROWS = 7;
// Of ten plots in a row; shuffled over the field.
const PLOTS: readonly PlotKind[] = [
  'isolated',
  'isolated',
  'isolated',
  'isolated',
  'pair',
  'pair',
  'cluster',
  'dust',
  'dust',
  'cell',
];

const renderers = RADII_NM.map((radiusNm) =>
  createFastRenderer({ optics: { radiusNm }, zRangeNm: [2000, 5000], supportPx: 40 }),
);

/**
 * Beads of two sizes as optics draw them, alone, touching and in clusters, among specks of dust and cells that saturate,
 * under a lamp that is three times as bright at one corner as at the other; everything at random places of its own plot.
 */
export function beadField(seed: number): BeadField {
  const random = createRandom(seed);
  const draw = (from: number, to: number) => from + (to - from) * random.uniform();
  const width = COLUMNS * PLOT_PX;
  const height = ROWS * PLOT_PX;
  const light = new Float32Array(width * height).fill(1);
  const objects: FieldObject[] = [];

  const bead = (kind: PlotKind, size: number, xPx: number, yPx: number) => {
    renderers[size]!.add(light, width, height, xPx, yPx, draw(3200, 4200));
    objects.push({ kind, xPx, yPx, radiusNm: RADII_NM[size]! });
  };
  const spread = (xPx: number, yPx: number, reach: number, valueAt: (dx: number, dy: number) => number) => {
    for (let y = Math.ceil(yPx - reach); y <= yPx + reach; y++) {
      for (let x = Math.ceil(xPx - reach); x <= xPx + reach; x++) {
        light[y * width + x]! += valueAt(x - xPx, y - yPx);
      }
    }
  };
  const draws: Record<PlotKind, (x: number, y: number) => void> = {
    isolated: (x, y) => bead('isolated', random.uniform() < 0.5 ? 0 : 1, x, y),
    pair: (x, y) => {
      const angle = draw(0, Math.PI);
      const half = draw(11, 16);
      for (const side of [-half, half])
        bead('pair', 1, x + side * Math.cos(angle), y + side * Math.sin(angle));
    },
    cluster: (x, y) => {
      const angle = draw(0, Math.PI);
      const beads = random.uniform() < 0.5 ? 3 : 4;
      for (let n = 0; n < beads; n++) {
        const turn = angle + (2 * Math.PI * n) / beads;
        bead('cluster', 1, x + 18 * Math.cos(turn), y + 18 * Math.sin(turn));
      }
    },
    dust: (x, y) => {
      const size = draw(1.2, 3);
      spread(x, y, 14, (dx, dy) => -0.35 * Math.exp(-(dx * dx + dy * dy) / (2 * size * size)));
      objects.push({ kind: 'dust', xPx: x, yPx: y, radiusNm: 0 });
    },
    cell: (x, y) => {
      const lobes = Array.from({ length: 5 }, () => ({ x: draw(-9, 9), y: draw(-9, 9), size: draw(4, 9) }));
      spread(x, y, 32, (dx, dy) =>
        lobes.reduce((sum, lobe) => {
          const square = ((dx - lobe.x) ** 2 + (dy - lobe.y) ** 2) / (2 * lobe.size ** 2);
          // Far above what the sensor holds.
          return sum + 4 * Math.exp(-square);
        }, 0),
      );
      objects.push({ kind: 'cell', xPx: x, yPx: y, radiusNm: 0 });
    },
  };

  const plots = Array.from({ length: COLUMNS * ROWS }, (_, plot) => ({
    kind: PLOTS[plot % PLOTS.length]!,
    order: random.uniform(),
  })).sort((a, b) => a.order - b.order);
  for (const [plot, { kind }] of plots.entries()) {
    const x = ((plot % COLUMNS) + 0.5) * PLOT_PX + draw(-6, 6);
    const y = (Math.floor(plot / COLUMNS) + 0.5) * PLOT_PX + draw(-6, 6);
    draws[kind](x, y);
  }
  for (let i = 0; i < light.length; i++) {
    light[i]! *= 0.5 + 0.5 * ((i % width) / width) + 0.5 * (Math.floor(i / width) / height);
  }
  const pixels = new Uint8Array(width * height);
  createSensor(sensorFor('mono8', { photonsPerPixel: 5000, readNoise: 5 }), random)(light, width, pixels);
  return { width, height, pixels, objects };
}
