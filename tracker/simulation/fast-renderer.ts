import {
  createRadialOptics,
  lagrangeWeights,
  type RadialOpticsParams,
  SUB_PIXEL,
  SUB_PIXEL_WEIGHT,
} from './radial-optics.ts';

/** One kind of bead as a live camera draws it. */
export interface FastRendererParams {
  /** Optics and radius of this kind of bead; the radius its profiles reach is chosen here. */
  optics: Omit<RadialOpticsParams, 'rMaxNm' | 'zMaxNm'>;
  /** Default 100. */
  pixelSizeNm?: number;
  /** Heights the tables cover; a bead beyond them looks as at the nearest end. Default -2000 to 12000. */
  zRangeNm?: readonly [number, number];
  /** Radius the light of a bead reaches, px. Default 44. */
  supportPx?: number;
  /** Outermost px of the support, in which the bead fades into the background. Default 8. */
  taperPx?: number;
}

export interface FastRenderer {
  /**
   * Adds the light of a bead to an image.
   * @param image [row, column] relative to the background; gains intensity - 1, clipped at the borders
   */
  add(image: Float32Array, width: number, height: number, xPx: number, yPx: number, zNm: number): void;
}

/** Distance of neighboring planes: a third of a radian of the fastest phase in z. */
const Z_STEP_NM = 25;
/** Table entries a px: linear interpolation between them stays below a thousandth of the background. */
const ENTRIES_PER_PX = 32;
/** Angles in an eighth of a turn that the pixel is averaged over. */
const ANGLES = 6;

/**
 * Renders beads from tables of their radial profile, tens of microseconds each.
 *
 * The profile is that of `createRadialOptics`, integrated over the square pixel and then averaged over all
 * angles, so the image of a bead depends on the distance to its center alone. Inside the untapered support it
 * differs from `renderBead` by less than 0.5 % of the background at the worst pixel and 0.03 % rms (beads of
 * 500 to 1500 nm radius, 100 nm px, z -2 to 12 um; the worst is the focal spot). Light of
 * neighboring beads adds as intensity: their interference is left out.
 */
export function createFastRenderer(params: FastRendererParams): FastRenderer {
  const { pixelSizeNm = 100, zRangeNm = [-2000, 12_000], supportPx = 44, taperPx = 8 } = params;
  const entries = supportPx * ENTRIES_PER_PX + 2;
  const planes = Math.max(4, Math.ceil((zRangeNm[1] - zRangeNm[0]) / Z_STEP_NM) + 1);
  const table = tabulate(params.optics, pixelSizeNm, entries, zRangeNm[0], planes);
  fadeOut(table, entries, supportPx - taperPx, supportPx);

  const row = new Float64Array(entries);
  const add: FastRenderer['add'] = (image, width, height, xPx, yPx, zNm) => {
    const plane = Math.min(planes - 1, Math.max(0, (zNm - zRangeNm[0]) / Z_STEP_NM));
    mixPlanes(table, entries, planes, plane, row);
    const top = Math.max(0, Math.ceil(yPx - supportPx));
    const bottom = Math.min(height - 1, Math.floor(yPx + supportPx));
    for (let y = top; y <= bottom; y++) {
      const dySquare = (y - yPx) * (y - yPx);
      const half = Math.sqrt(Math.max(0, supportPx * supportPx - dySquare));
      const last = Math.min(width - 1, Math.floor(xPx + half));
      const line = y * width;
      for (let x = Math.max(0, Math.ceil(xPx - half)); x <= last; x++) {
        const dx = x - xPx;
        const radius = Math.sqrt(dx * dx + dySquare) * ENTRIES_PER_PX;
        const entry = radius | 0;
        const value = row[entry]!;
        image[line + x]! += value + (radius - entry) * (row[entry + 1]! - value);
      }
    }
  };
  return { add };
}

/** Intensity - 1 of the pixel-blurred profile, [plane, entry]. */
function tabulate(
  params: FastRendererParams['optics'],
  pixelSizeNm: number,
  entries: number,
  zFirstNm: number,
  planes: number,
): Float32Array {
  const zLastNm = zFirstNm + (planes - 1) * Z_STEP_NM;
  const optics = createRadialOptics({
    ...params,
    rMaxNm: (entries / ENTRIES_PER_PX + 1) * pixelSizeNm + 5 * (params.rStepNm ?? 5),
    zMaxNm: Math.max(Math.abs(zFirstNm), Math.abs(zLastNm)),
  });
  const blur = Array.from({ length: entries }, (_, entry) =>
    blurAt(entry / ENTRIES_PER_PX, pixelSizeNm / optics.rStepNm),
  );
  const table = new Float32Array(planes * entries);
  const profile = new Float64Array(optics.radii);
  for (let plane = 0; plane < planes; plane++) {
    optics.profile(zFirstNm + plane * Z_STEP_NM, profile);
    blur.forEach(({ first, weights }, entry) => {
      let sum = 0;
      for (let index = 0; index < weights.length; index++) sum += weights[index]! * profile[first + index]!;
      table[plane * entries + entry] = sum - 1;
    });
  }
  return table;
}

/** Weights of a profile's radii in the mean over a pixel at distance `rPx`, itself averaged over all angles. */
function blurAt(rPx: number, radiiPerPx: number): { first: number; weights: Float64Array } {
  const weightOf = new Map<number, number>();
  for (let angle = 0; angle < ANGLES; angle++) {
    // A square has eight like octants: an eighth of the turn is enough.
    const turn = ((angle + 0.5) / ANGLES) * (Math.PI / 4);
    SUB_PIXEL.forEach((i, column) => {
      SUB_PIXEL.forEach((j, row) => {
        const position = Math.hypot(rPx * Math.cos(turn) + i, rPx * Math.sin(turn) + j) * radiiPerPx;
        const whole = Math.floor(position);
        const share = (SUB_PIXEL_WEIGHT[column]! * SUB_PIXEL_WEIGHT[row]!) / ANGLES;
        lagrangeWeights(position - whole).forEach((weight, point) => {
          const radius = Math.abs(whole + point - 2);
          weightOf.set(radius, (weightOf.get(radius) ?? 0) + share * weight);
        });
      });
    });
  }
  const first = Math.min(...weightOf.keys());
  const weights = new Float64Array(Math.max(...weightOf.keys()) - first + 1);
  for (const [radius, weight] of weightOf) weights[radius - first] = weight;
  return { first, weights };
}

/** Multiplies every plane by half a cosine that falls from 1 at `fromPx` to 0 at `toPx`. */
function fadeOut(table: Float32Array, entries: number, fromPx: number, toPx: number): void {
  for (let index = 0; index < table.length; index++) {
    const place = ((index % entries) / ENTRIES_PER_PX - fromPx) / (toPx - fromPx);
    if (place > 0) table[index]! *= place >= 1 ? 0 : (1 + Math.cos(Math.PI * place)) / 2;
  }
}

/** Profile at a fractional plane, by Lagrange's polynomial through four planes. */
function mixPlanes(
  table: Float32Array,
  entries: number,
  planes: number,
  plane: number,
  row: Float64Array,
): void {
  const whole = Math.min(planes - 3, Math.max(1, Math.floor(plane)));
  const p = plane - whole;
  const a = (-p * (p - 1) * (p - 2)) / 6;
  const b = ((p + 1) * (p - 1) * (p - 2)) / 2;
  const c = (-(p + 1) * p * (p - 2)) / 2;
  const d = ((p + 1) * p * (p - 1)) / 6;
  const start = (whole - 1) * entries;
  for (let entry = 0; entry < entries; entry++) {
    const index = start + entry;
    row[entry] =
      a * table[index]! +
      b * table[index + entries]! +
      c * table[index + 2 * entries]! +
      d * table[index + 3 * entries]!;
  }
}
