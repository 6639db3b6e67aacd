import type { FrameLevel } from './frame-levels.ts';

/** How ring-like a place is; lengths in level px. */
export interface RingMeasure {
  /** Radius inside which 90 % of the energy of the rings' slopes lie. */
  radius: number;
  /** The same for 95 %: the rings are compared up to here. */
  extent: number;
  /**
   * Energy of the rings: the squared radial slope that all directions share, summed over the area,
   * times how evenly it is spread over rising and falling slopes. Does not change when a picture is scaled.
   */
  strength: number;
  /** How evenly the energy is spread: 1 rising and falling alike, 0 only one of both. */
  balance: number;
  /** Correlation of a direction's slopes with what all directions share, -1 to 1: of the middle direction, ... */
  agreement: number;
  /** ... and the one a quarter of the directions stay below: low when a neighbor covers one side. */
  lowAgreement: number;
  /**
   * Correlation of a direction's slopes with those of the opposite one, -1 to 1, of the middle pair of directions:
   * high for a bead, and for two that lie within one another, which agree in nothing else.
   */
  mirror: number;
}

/**
 * Measures the rings around a place of a level.
 * @param profile takes the slope that all directions share, [radius], where given
 */
export type RingMeter = (level: FrameLevel, x: number, y: number, profile?: Float64Array) => RingMeasure;

/** Radius the rings are measured to; an object that reaches it is one for a coarser level. */
export const MEASURE_REACH = 32;

const SECTORS = 16;
const RAYS_PER_SECTOR = 3;
/** Length of a profile of slopes. */
export const RADII = MEASURE_REACH + 2;
const MIN_EXTENT = 5;
const RADIUS_SHARE = 0.9;
const EXTENT_SHARE = 0.95;

const rays = Array.from({ length: SECTORS * RAYS_PER_SECTOR }, (_, ray) => {
  const angle = (2 * Math.PI * ray) / (SECTORS * RAYS_PER_SECTOR);
  return { cos: Math.cos(angle), sin: Math.sin(angle) };
});

/**
 * A measure of the rings around a place, which reuses its memory from call to call.
 *
 * The contrast is read along 48 rays, averaged in 16 sectors and differentiated along the radius; slopes, unlike the contrast,
 * do not see the background. What the sectors share is their median, which a
 * neighbor over a third of the directions hardly changes.
 * Beads agree with it in every direction; the texture of cells and debris and the midpoint of a pair do not.
 * Slopes are compared compressed, so that one strong outline does not speak for everything inside it.
 */
export function createRingMeter(): RingMeter {
  const slopes = new Float64Array(SECTORS * RADII);
  const shared = new Float64Array(RADII);
  const column = new Float64Array(SECTORS);
  const agreements = new Float64Array(SECTORS);

  return (level, x, y, profile) => {
    for (let sector = 0; sector < SECTORS; sector++) readSlopes(level, x, y, sector, slopes);
    const reach = shareSlopes(slopes, shared, column);
    const { energy, radius, extent, balance } = weigh(shared, reach);
    profile?.set(shared);
    const end = Math.max(extent, MIN_EXTENT);
    const mirror = compareOpposites(slopes, end, energy, agreements);
    const sectors = compare(slopes, shared, end, energy, agreements);
    const sorted = agreements.subarray(0, sectors).sort();
    return {
      radius,
      extent,
      strength: energy * balance,
      balance,
      agreement: sorted[sectors >> 1] ?? 0,
      lowAgreement: sorted[sectors >> 2] ?? 0,
      mirror,
    };
  };
}

/** Slopes of one sector, [radius]; NaN where a ray leaves the frame. */
function readSlopes(level: FrameLevel, x: number, y: number, sector: number, slopes: Float64Array): void {
  const start = sector * RADII;
  let before = Number.NaN;
  let here = Number.NaN;
  for (let radius = 0; radius < RADII; radius++) {
    const after = sectorContrast(level, x, y, sector, radius);
    if (radius > 0) slopes[start + radius - 1] = (after - before) / 2;
    before = here;
    here = after;
  }
}

function sectorContrast(
  { contrast, width, height }: FrameLevel,
  centerX: number,
  centerY: number,
  sector: number,
  radius: number,
): number {
  let sum = 0;
  for (let k = 0; k < RAYS_PER_SECTOR; k++) {
    const { cos, sin } = rays[sector * RAYS_PER_SECTOR + k]!;
    const x = centerX + radius * cos;
    const y = centerY + radius * sin;
    const left = Math.floor(x);
    const top = Math.floor(y);
    if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) return Number.NaN;
    const i = top * width + left;
    const above = contrast[i]! + (contrast[i + 1]! - contrast[i]!) * (x - left);
    const below = contrast[i + width]! + (contrast[i + width + 1]! - contrast[i + width]!) * (x - left);
    sum += above + (below - above) * (y - top);
  }
  return sum / RAYS_PER_SECTOR;
}

/** Median slope over the sectors, [radius], up to the radius where half of them have left the frame. */
function shareSlopes(slopes: Float64Array, shared: Float64Array, column: Float64Array): number {
  shared.fill(0);
  for (let radius = 1; radius <= MEASURE_REACH; radius++) {
    let count = 0;
    for (let sector = 0; sector < SECTORS; sector++) {
      const slope = slopes[sector * RADII + radius]!;
      if (!Number.isNaN(slope)) column[count++] = slope;
    }
    if (count <= SECTORS / 2) return radius - 1;
    const sorted = column.subarray(0, count).sort();
    shared[radius] = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
  }
  return MEASURE_REACH;
}

interface Weighed {
  energy: number;
  radius: number;
  extent: number;
  balance: number;
}

function weigh(shared: Float64Array, reach: number): Weighed {
  let rising = 0;
  let falling = 0;
  for (let radius = 1; radius <= reach; radius++) {
    const slope = shared[radius]!;
    if (slope > 0) rising += radius * slope * slope;
    else falling += radius * slope * slope;
  }
  const total = rising + falling;
  let sum = 0;
  let radius = 0;
  let extent = 0;
  while (extent < reach && sum < EXTENT_SHARE * total) {
    extent++;
    sum += extent * shared[extent]! * shared[extent]!;
    if (sum < RADIUS_SHARE * total) radius = extent + 1;
  }
  const balance = total > 0 ? (2 * Math.min(rising, falling)) / total : 0;
  return { energy: 2 * Math.PI * total, radius, extent, balance };
}

/** Agreement of every sector that lies in the frame with what all share; returns how many do. */
function compare(
  slopes: Float64Array,
  shared: Float64Array,
  radius: number,
  energy: number,
  agreements: Float64Array,
): number {
  let sectors = 0;
  for (let sector = 0; sector < SECTORS; sector++) {
    const agreement = correlate(slopes, sector * RADII, shared, 0, radius, energy);
    if (!Number.isNaN(agreement)) agreements[sectors++] = agreement;
  }
  return sectors;
}

/** Middle agreement of opposite sectors that both lie in the frame; 0 when none do. */
function compareOpposites(
  slopes: Float64Array,
  radius: number,
  energy: number,
  agreements: Float64Array,
): number {
  let pairs = 0;
  for (let sector = 0; sector < SECTORS / 2; sector++) {
    const opposite = (sector + SECTORS / 2) * RADII;
    const agreement = correlate(slopes, sector * RADII, slopes, opposite, radius, energy);
    if (!Number.isNaN(agreement)) agreements[pairs++] = agreement;
  }
  return agreements.subarray(0, pairs).sort()[pairs >> 1] ?? 0;
}

/** Correlation of two runs of slopes, compressed; NaN where less than 0.8 of the area is in the frame, 0 without slopes. */
function correlate(
  one: Float64Array,
  oneStart: number,
  other: Float64Array,
  otherStart: number,
  radius: number,
  energy: number,
): number {
  const area = (radius * (radius + 1)) / 2;
  const meanSquare = energy / (2 * Math.PI * area);
  let seen = 0;
  let squares = 0;
  let otherSquares = 0;
  let products = 0;
  for (let r = 1; r <= radius; r++) {
    const slope = one[oneStart + r]!;
    const otherSlope = other[otherStart + r]!;
    if (Number.isNaN(slope) || Number.isNaN(otherSlope)) continue;
    const a = compressed(slope, meanSquare);
    const b = compressed(otherSlope, meanSquare);
    seen += r;
    squares += r * a * a;
    otherSquares += r * b * b;
    products += r * a * b;
  }
  if (seen < 0.8 * area) return Number.NaN;
  return squares > 0 && otherSquares > 0 ? products / Math.sqrt(squares * otherSquares) : 0;
}

/** Proportional below the root of `meanSquare`, then levelling off. */
function compressed(slope: number, meanSquare: number): number {
  return meanSquare > 0 ? slope / Math.sqrt(slope * slope + meanSquare) : 0;
}
