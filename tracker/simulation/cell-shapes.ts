import { ConfigError } from '#protocol/errors.ts';
import { createRandom, type Random } from './random.ts';
import { sample } from './scene.ts';

export interface CellShapeParams {
  cells: number;
  /** Mean radius of a cell. */
  radiusPx: number;
  width: number;
  height: number;
  seed: number;
}

/** The body of a cell: an ellipse with a darker nucleus, whose edges the optics blur. */
export interface CellShape {
  /** Light at rest, relative to that of the mean cell. */
  brightness: number;
  /** [pixel] row * width + column of all that it lights, ascending. */
  pixels: Int32Array;
  /** [pixel] light as a share of its brightest. */
  light: Float32Array;
  /** [pixel] 1 inside its edge. */
  inside: Uint8Array;
}

/** Longest half axis over the mean radius. */
const LONGEST = 1.2;
const EDGE_PX = 0.6;
/** Beyond the edge, where its light is below a thousandth. */
const REACH_PX = 4;
/** Between the edges of two cells at least. */
const GAP_PX = 3;
/** Fields for a cell to choose from, where there is room. */
const FIELDS_PER_CELL = 1.4;

/**
 * Cells at random places, none touching another.
 * @throws {ConfigError} if the frame has no room for them
 */
export function createCellShapes(params: CellShapeParams): CellShape[] {
  const { cells, radiusPx, width, height, seed } = params;
  const leastPx = fieldPx(radiusPx);
  let spacingPx = Math.max(leastPx, Math.floor(Math.sqrt((width * height) / Math.max(1, cells))));
  const fields = (px: number) => Math.floor(width / px) * Math.floor(height / px);
  while (spacingPx > leastPx && fields(spacingPx) < FIELDS_PER_CELL * cells) spacingPx--;
  if (fields(spacingPx) < cells) {
    throw new ConfigError({
      where: 'simulated camera cells',
      expected: `at most ${fields(leastPx)} of radius ${radiusPx} px in ${width} x ${height} px`,
      received: `${cells}`,
      remedy: 'make the frame higher, or the cells smaller',
    });
  }
  const random = createRandom(seed);
  const columns = Math.floor(width / spacingPx);
  const places = sample(fields(spacingPx), cells, random.uniform).sort((a, b) => a - b);
  const slackPx = (spacingPx - leastPx) / 2;
  const about = (field: number, fieldsOfSide: number, side: number) =>
    (side - 1 - (fieldsOfSide - 1) * spacingPx) / 2 +
    field * spacingPx +
    slackPx * (2 * random.uniform() - 1);
  return places.map((place) => {
    const xPx = about(place % columns, columns, width);
    const yPx = about(Math.floor(place / columns), Math.floor(height / spacingPx), height);
    return createShape({ xPx, yPx, radiusPx, width, height }, random);
  });
}

/** Side of the square that a cell needs to itself. */
function fieldPx(radiusPx: number): number {
  return Math.ceil(2 * LONGEST * radiusPx) + GAP_PX;
}

interface CellPlace extends Pick<CellShapeParams, 'radiusPx' | 'width' | 'height'> {
  xPx: number;
  yPx: number;
}

function createShape({ xPx, yPx, radiusPx, width, height }: CellPlace, random: Random): CellShape {
  const draw = (from: number, to: number) => from + (to - from) * random.uniform();
  const [a, b] = [draw(0.9, LONGEST) * radiusPx, draw(0.8, 1) * radiusPx];
  const turn = draw(0, Math.PI);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const nucleus = draw(0.45, 0.6);
  const nucleusLight = draw(0.4, 0.9);
  const brightness = draw(0.7, 1.3);
  const pixels: number[] = [];
  const light: number[] = [];
  const inside: number[] = [];
  const reach = a + REACH_PX;
  for (let y = Math.max(0, Math.ceil(yPx - reach)); y <= Math.min(height - 1, yPx + reach); y++) {
    for (let x = Math.max(0, Math.ceil(xPx - reach)); x <= Math.min(width - 1, xPx + reach); x++) {
      const [dx, dy] = [x - xPx, y - yPx];
      // Of the edge 1, whatever the direction.
      const radius = Math.hypot((cos * dx + sin * dy) / a, (cos * dy - sin * dx) / b);
      const within = (edge: number) => 1 / (1 + Math.exp(((radius - edge) * b) / EDGE_PX));
      const value = within(1) * (1 - (1 - nucleusLight) * within(nucleus));
      if (value < 1e-3) continue;
      pixels.push(y * width + x);
      light.push(value);
      inside.push(radius <= 1 ? 1 : 0);
    }
  }
  return {
    brightness,
    pixels: Int32Array.from(pixels),
    light: Float32Array.from(light),
    inside: Uint8Array.from(inside),
  };
}
