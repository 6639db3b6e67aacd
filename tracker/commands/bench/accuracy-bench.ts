import { openEngine } from '#engines/open-engine.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { createRandom } from '#simulation/random.ts';
import { simulateBeads } from '#simulation/thin-bead.ts';
import type { Plan } from '#stages/plan.ts';
import { buildZLut, type SweepFrame } from '#zlut-tools/build.ts';

/** Engines that can be measured. */
export type MeasuredEngine = 'reference' | 'wasm' | 'gpu';

const NM_PER_PX = 100;
/** Counts of the background that `simulateBeads` draws. */
const BACKGROUND_LEVEL = 0.4;
/** Of the Z-LUT. */
export const ACCURACY_PLANES = 131;
const PLANE_Z_NM = Array.from({ length: ACCURACY_PLANES }, (_, plane) => 2500 + 50 * plane);

/** Beads of one frame each, and where they are. */
export interface SimulatedBeads {
  size: number;
  /** [frame] one bead, float32 counts. */
  frames: ArrayBuffer[];
  /** [frame] px of the ROI and nm. */
  truth: { xPx: number; yPx: number; zNm: number }[];
}

/**
 * Images of beads of 1500 nm radius by the reference's simulator, 100 nm px.
 * @param offsets [frame] nm from the middle pixel and from focus
 * @param photons of a background pixel; infinite leaves the noise away
 */
export function simulatedBeads(
  size: number,
  offsets: readonly { xNm: number; yNm: number; zNm: number }[],
  photons: number,
  seed: number,
): SimulatedBeads {
  const random = createRandom(seed);
  const middle = Math.floor(size / 2);
  const frames = offsets.map(({ xNm, yNm, zNm }) => {
    const image = simulateBeads(Float64Array.of(xNm, yNm, zNm), { sizePx: size, nmPerPx: NM_PER_PX });
    const counts = (level: number) =>
      photons === Number.POSITIVE_INFINITY
        ? 1000 * (level / BACKGROUND_LEVEL)
        : random.poisson(photons * (level / BACKGROUND_LEVEL));
    return Float32Array.from(image, counts).buffer;
  });
  const truth = offsets.map(({ xNm, yNm, zNm }) => ({
    xPx: middle + xNm / NM_PER_PX,
    yPx: middle + yNm / NM_PER_PX,
    zNm,
  }));
  return { size, frames, truth };
}

/** ROIs of even light with shot noise and no bead. */
export function emptyRois(size: number, count: number, photons: number, seed: number): SimulatedBeads {
  const random = createRandom(seed);
  const frames = Array.from(
    { length: count },
    () => Float32Array.from({ length: size * size }, () => random.poisson(photons)).buffer,
  );
  return { size, frames, truth: frames.map(() => ({ xPx: Number.NaN, yPx: Number.NaN, zNm: Number.NaN })) };
}

/** Tracks simulated beads as a user would, with a Z-LUT that the plan built itself of noise-free centered ones. */
export class AccuracyBench {
  readonly #engine: Awaited<ReturnType<typeof openEngine>>;
  readonly #sweeps = new Map<number, SimulatedBeads>();
  readonly #zLuts = new Map<string, ZLut>();

  private constructor(engine: Awaited<ReturnType<typeof openEngine>>) {
    this.#engine = engine;
  }

  static async open(engine: MeasuredEngine): Promise<AccuracyBench> {
    return new AccuracyBench(await openEngine(engine));
  }

  /** Results of every frame, and the seconds they took. */
  async track(plan: Plan, beads: SimulatedBeads): Promise<{ table: TrackTable; seconds: number }> {
    const { size, frames } = beads;
    const zLut = await this.#zLutOf(plan, size);
    await this.#engine.configure({
      plan,
      width: size,
      height: size,
      pixelFormat: 'float32',
      rois: [{ bead: 0, left: 0, top: 0, size }],
      zLuts: [zLut],
      zLutOfBead: [0],
      profiles: false,
    });
    const table = createTrackTable(frames.length, 1);
    const start = performance.now();
    await this.#engine.track(frames, table);
    return { table, seconds: (performance.now() - start) / 1000 };
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #zLutOf(plan: Plan, size: number): Promise<ZLut> {
    const key = JSON.stringify([plan, size]);
    let zLut = this.#zLuts.get(key);
    if (!zLut) {
      zLut = (
        await buildZLut(this.#sweep(size), {
          engine: this.#engine,
          plan,
          shape: { width: size, height: size, pixelFormat: 'float32' },
          roi: { bead: 0, left: 0, top: 0, size },
          name: `simulated bead in ${size} px`,
        })
      ).zLut;
      this.#zLuts.set(key, zLut);
    }
    return zLut;
  }

  async *#sweep(size: number): AsyncGenerator<SweepFrame> {
    let sweep = this.#sweeps.get(size);
    if (!sweep) {
      const offsets = PLANE_Z_NM.map((zNm) => ({ xNm: 0, yNm: 0, zNm }));
      sweep = simulatedBeads(size, offsets, Number.POSITIVE_INFINITY, 0);
      this.#sweeps.set(size, sweep);
    }
    for (const [plane, planeZNm] of PLANE_Z_NM.entries()) {
      yield { pixels: new Uint8Array(sweep.frames[plane]!), planeZNm };
    }
  }
}
