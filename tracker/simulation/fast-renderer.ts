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
  const table = createTable({
    optics: params.optics,
    pixelSizeNm,
    entries,
    zFirstNm: zRangeNm[0],
    planes,
    fade: fadeOut(entries, supportPx - taperPx, supportPx),
  });
  const row = new Float64Array(entries);
  const add: FastRenderer['add'] = (image, width, height, xPx, yPx, zNm) => {
    const plane = Math.min(planes - 1, Math.max(0, (zNm - zRangeNm[0]) / Z_STEP_NM));
    mixPlanes(table, planes, plane, row);
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

interface TableParams extends Required<Pick<FastRendererParams, 'optics' | 'pixelSizeNm'>> {
  entries: number;
  zFirstNm: number;
  planes: number;
  /** Factor of every entry. */
  fade: Float64Array;
}

/** [entry] intensity - 1 of the pixel-blurred profile of a plane; made when a bead first comes near the plane. */
type Table = (plane: number) => Float32Array;

function createTable({ optics, pixelSizeNm, entries, zFirstNm, planes, fade }: TableParams): Table {
  const zLastNm = zFirstNm + (planes - 1) * Z_STEP_NM;
  const radial = createRadialOptics({
    ...optics,
    rMaxNm: (entries / ENTRIES_PER_PX + 1) * pixelSizeNm + 5 * (optics.rStepNm ?? 5),
    zMaxNm: Math.max(Math.abs(zFirstNm), Math.abs(zLastNm)),
  });
  const blurred = createBlur(entries, pixelSizeNm / radial.rStepNm);
  const profile = new Float64Array(radial.radii);
  const rows: Float32Array[] = [];
  return (plane) => {
    let row = rows[plane];
    if (!row) {
      radial.profile(zFirstNm + plane * Z_STEP_NM, profile);
      row = blurred(profile);
      for (let entry = 0; entry < entries; entry++) row[entry]! *= fade[entry]!;
      rows[plane] = row;
    }
    return row;
  };
}

/** Turns the profile of points, [radius], into that of pixels averaged over all angles, [entry], less 1. */
function createBlur(entries: number, radiiPerPx: number): (profile: Float64Array) => Float32Array {
  // Half the diagonal of the outermost points of a pixel, and the points of Lagrange's polynomial.
  const reach = Math.ceil(SUB_PIXEL[2] * Math.SQRT2 * radiiPerPx) + 4;
  const span = 2 * reach + 1;
  const firsts = new Int32Array(entries);
  const weights = new Float64Array(entries * span);
  const points = new Float64Array(6);
  for (let entry = 0; entry < entries; entry++) {
    const rPx = entry / ENTRIES_PER_PX;
    const first = Math.max(0, Math.floor(rPx * radiiPerPx) - reach);
    firsts[entry] = first;
    for (let angle = 0; angle < ANGLES; angle++) {
      // A square has eight like octants: an eighth of the turn is enough.
      const turn = ((angle + 0.5) / ANGLES) * (Math.PI / 4);
      const [xPx, yPx] = [rPx * Math.cos(turn), rPx * Math.sin(turn)];
      for (let column = 0; column < 3; column++) {
        for (let line = 0; line < 3; line++) {
          const position = Math.hypot(xPx + SUB_PIXEL[column]!, yPx + SUB_PIXEL[line]!) * radiiPerPx;
          const whole = Math.floor(position);
          const share = (SUB_PIXEL_WEIGHT[column]! * SUB_PIXEL_WEIGHT[line]!) / ANGLES;
          lagrangeWeights(position - whole, points);
          for (let point = 0; point < 6; point++) {
            const radius = Math.abs(whole + point - 2);
            weights[entry * span + radius - first]! += share * points[point]!;
          }
        }
      }
    }
  }
  return (profile) => {
    const row = new Float32Array(entries);
    for (let entry = 0; entry < entries; entry++) {
      const first = firsts[entry]!;
      const last = Math.min(span, profile.length - first);
      const weight = entry * span;
      let sum = 0;
      for (let index = 0; index < last; index++) sum += weights[weight + index]! * profile[first + index]!;
      row[entry] = sum - 1;
    }
    return row;
  };
}

/** [entry] half a cosine that falls from 1 at `fromPx` to 0 at `toPx`. */
function fadeOut(entries: number, fromPx: number, toPx: number): Float64Array {
  return Float64Array.from({ length: entries }, (_, entry) => {
    const place = (entry / ENTRIES_PER_PX - fromPx) / (toPx - fromPx);
    if (!(place > 0)) return 1;
    return place >= 1 ? 0 : (1 + Math.cos(Math.PI * place)) / 2;
  });
}

/** Profile at a fractional plane, by Lagrange's polynomial through four planes. */
function mixPlanes(table: Table, planes: number, plane: number, row: Float64Array): void {
  const whole = Math.min(planes - 3, Math.max(1, Math.floor(plane)));
  const p = plane - whole;
  const a = (-p * (p - 1) * (p - 2)) / 6;
  const b = ((p + 1) * (p - 1) * (p - 2)) / 2;
  const c = (-(p + 1) * p * (p - 2)) / 2;
  const d = ((p + 1) * p * (p - 1)) / 6;
  const [first, second] = [table(whole - 1), table(whole)];
  const [third, fourth] = [table(whole + 1), table(whole + 2)];
  for (let entry = 0; entry < row.length; entry++) {
    row[entry] = a * first[entry]! + b * second[entry]! + c * third[entry]! + d * fourth[entry]!;
  }
}
