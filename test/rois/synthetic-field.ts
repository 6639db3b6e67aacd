import { createRandom } from '#simulation/random.ts';

/** A picture made of simple shapes, for tests that know what is in it; light relative to the background. */
export interface SyntheticField {
  readonly width: number;
  readonly height: number;
  /** Concentric rings out to `radius` px, dark in the middle when `contrast` is positive. */
  rings(x: number, y: number, radius: number, contrast?: number): SyntheticField;
  /** A dark speck with a thin bright rim, 3 to 4 px in radius. */
  dust(x: number, y: number): SyntheticField;
  /** A roundish outline around irregular blobs. */
  cell(x: number, y: number, radius: number): SyntheticField;
  /** A striped line through a point. */
  line(x: number, y: number, angle: number): SyntheticField;
  /** A lamp that is brighter to the right and darker in the middle. */
  lamp(): SyntheticField;
  /** 8-bit counts: the background at 100, normal noise of this standard deviation in counts. */
  expose(noise: number): Uint8Array;
}

/** An empty field; the seed makes noise, blobs and nothing else. */
export function syntheticField(width: number, height: number, seed: number): SyntheticField {
  const random = createRandom(seed);
  const light = new Float64Array(width * height).fill(1);
  const add = (x: number, y: number, reach: number, valueAt: (dx: number, dy: number) => number) => {
    for (let row = Math.max(0, Math.ceil(y - reach)); row <= Math.min(height - 1, y + reach); row++) {
      for (
        let column = Math.max(0, Math.ceil(x - reach));
        column <= Math.min(width - 1, x + reach);
        column++
      ) {
        light[row * width + column]! += valueAt(column - x, row - y);
      }
    }
  };
  const field: SyntheticField = {
    width,
    height,
    rings(x, y, radius, contrast = 0.4) {
      const period = Math.max(5, radius / 2.5);
      add(x, y, radius, (dx, dy) => {
        const r = Math.hypot(dx, dy);
        const fade = Math.min(1, Math.max(0, (radius - r) / (0.3 * radius)));
        return -contrast * fade * Math.cos((2 * Math.PI * r) / period);
      });
      return field;
    },
    dust(x, y) {
      add(x, y, 8, (dx, dy) => {
        const square = (dx * dx + dy * dy) / 4;
        return -0.4 * (1 - square / 2.5) * Math.exp(-square / 2);
      });
      return field;
    },
    cell(x, y, radius) {
      const blobs = Array.from({ length: 30 }, () => ({
        x: (2 * random.uniform() - 1) * 0.7 * radius,
        y: (2 * random.uniform() - 1) * 0.7 * radius,
        light: 0.25 * random.normal(),
      }));
      add(x, y, radius + 10, (dx, dy) => {
        const angle = Math.atan2(dy, dx);
        const r = Math.hypot(dx, dy) * (1 + 0.06 * Math.cos(2 * angle + x) + 0.04 * Math.cos(3 * angle + y));
        const outline =
          0.15 * Math.exp(-((r - radius - 4) ** 2) / 4) - 0.3 * Math.exp(-((r - radius) ** 2) / 4);
        return blobs.reduce(
          (sum, blob) => sum + blob.light * Math.exp(-((dx - blob.x) ** 2 + (dy - blob.y) ** 2) / 8),
          outline,
        );
      });
      return field;
    },
    line(x, y, angle) {
      add(x, y, width + height, (dx, dy) => {
        const across = dx * Math.cos(angle) + dy * Math.sin(angle);
        return -0.3 * Math.cos(across / 2.5) * Math.exp(-(across ** 2) / 60);
      });
      return field;
    },
    lamp() {
      for (let i = 0; i < light.length; i++) {
        const x = (i % width) / width;
        const y = Math.floor(i / width) / height;
        light[i]! *= 0.5 + x - 0.3 * Math.exp(-8 * ((x - 0.5) ** 2 + (y - 0.5) ** 2));
      }
      return field;
    },
    expose(noise) {
      return Uint8Array.from(light, (value) =>
        Math.max(0, Math.min(255, Math.round(100 * value + noise * random.normal()))),
      );
    },
  };
  return field;
}
