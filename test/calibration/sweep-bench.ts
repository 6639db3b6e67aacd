import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { BuiltSweep } from '#calibration/build-in-child.ts';
import { Calibration, type CalibrationOptions } from '#calibration/calibration.ts';
import { readSweepRecord } from '#calibration/sweep-folder.ts';
import type { SweepCamera } from '#calibration/sweep-surroundings.ts';
import { type SimulatedFocusStage, simulatedFocusStage } from '#camera-adapters/focus-stages/simulated.ts';
import type { Clock } from '#motors/clock.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import type { Roi } from '#protocol/roi.ts';
import type { SweepPlaneMessage } from '#protocol/sweep.ts';
import { type SweepRequest, type SweepSettings, sweepSettings } from '#protocol/sweep-request.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { writeZLut } from '#protocol/z-lut-file.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';

export const FRAME = { width: 72, height: 40, pixelFormat: 'mono8' } as const;
export const ROIS: readonly Roi[] = [
  { bead: 3, left: 4, top: 8, size: 24 },
  { bead: 7, left: 40, top: 6, size: 20 },
];
const MS_PER_FRAME = 10;

/** [row, column] counts of an ROI whose bead has rings that grow with the focus. */
export function ringPixels(size: number, focusNm: number): Uint8Array {
  const middle = (size - 1) / 2;
  return Uint8Array.from({ length: size * size }, (_, pixel) => {
    const radius = Math.hypot((pixel % size) - middle, Math.floor(pixel / size) - middle);
    return 120 + 80 * Math.cos(radius - focusNm / 150) * Math.exp(-radius / 6);
  });
}

const frames = new Map<number, Uint8Array>();

/** A frame of two beads. */
export function framePixels(focusNm: number): Uint8Array {
  const known = frames.get(focusNm);
  if (known) return known;
  const pixels = new Uint8Array(FRAME.width * FRAME.height).fill(120);
  for (const { left, top, size } of ROIS) {
    const ring = ringPixels(size, focusNm);
    for (let row = 0; row < size; row++) {
      pixels.set(ring.subarray(row * size, (row + 1) * size), (top + row) * FRAME.width + left);
    }
  }
  frames.set(focusNm, pixels);
  return pixels;
}

/** Settings of a small sweep. */
export function settings(more: Partial<SweepSettings> = {}): SweepSettings {
  return sweepSettings.parse({ fromNm: -200, toNm: 300, stepNm: 50, framesPerPlane: 3, ...more });
}

/** Calibration with a camera of 100 frames a second, a focus stage and a clock that only a test moves. */
export class SweepBench {
  readonly stage: SimulatedFocusStage = simulatedFocusStage({
    rangeNm: [-2000, 2000],
    speedNmPerS: 5000,
    settleMs: 20,
    hysteresisNm: 0,
    driftNmPerS: 0,
  });
  readonly calibration: Calibration;
  readonly events: string[] = [];
  readonly planes: SweepPlaneMessage[] = [];
  readonly assigned = new Map<number, ZLut>();
  /** Focuses of the frames so far, nm; one for those that follow each other at the same. */
  readonly focusNm: number[] = [];
  rois = ROIS;
  camera: SweepCamera | null;
  /** Whether frames come. */
  films = true;
  /** What the camera sees. */
  pixelsAt: (focusNm: number) => Uint8Array = framePixels;
  /** What building does instead. */
  build: CalibrationOptions['build'] = buildRings;
  #nowMs = 1000;
  #sleepers: { dueMs: number; wake(): void }[] = [];

  /** @param folder of the sweeps */
  constructor(folder: string, more: Partial<CalibrationOptions> = {}) {
    this.camera = { camera: 'bench', ...FRAME };
    this.calibration = new Calibration({
      folder,
      planNow: () => parsePlan(MAGTRACK_PLAN),
      clock: this.#clock,
      limits: { fromNm: -1000, toNm: 1000, moveTimeoutMs: 5000, toleranceNm: 1 },
      camera: () => this.camera,
      rois: () => this.rois,
      build: (path, signal) => this.build(path, signal),
      assign: async (zLuts) => {
        for (const [bead, zLut] of zLuts) this.assigned.set(bead, zLut);
      },
      changed: () => {},
      plane: (message) => this.planes.push(message),
      event: (level, text) => this.events.push(`${level}: ${text}`),
      stale: () => [],
      ...more,
    });
    this.calibration.useFocusStage(this.stage);
    this.tick();
  }

  /** Lets 10 ms pass, with a frame. */
  tick(): void {
    this.#nowMs += MS_PER_FRAME;
    const timeNs = BigInt(this.#nowMs) * 1_000_000n;
    const focusNm = this.stage.focusNm(timeNs);
    // Frames go on while the disk is waited for.
    if (focusNm !== this.focusNm.at(-1)) this.focusNm.push(focusNm);
    if (this.films) {
      const pixels = this.pixelsAt(focusNm);
      this.calibration.frame({ timeNs, receivedNs: timeNs, pixels, rois: null });
    }
    const due = this.#sleepers.filter(({ dueMs }) => dueMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ dueMs }) => dueMs > this.#nowMs);
    for (const { wake } of due) wake();
  }

  /** Lets time pass until a condition holds; the test's own time limit ends it. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      this.tick();
      await turn();
    }
  }

  /** Lets time pass until the promise settles. */
  async through<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const marked = promise.finally(() => {
      settled = true;
    });
    marked.catch(() => {});
    await this.until(() => settled);
    return marked;
  }

  /** Lets 10 s pass. */
  async rest(): Promise<void> {
    for (let frame = 0; frame < 1000; frame++) this.tick();
    await turn();
  }

  /** Asks as an operator does. */
  ask(request: Pick<SweepRequest, 'type'> & Record<string, unknown>): Promise<void> {
    return this.through(this.calibration.control({ id: 1, ...request } as ControlRequest & SweepRequest));
  }

  get sweep() {
    return this.calibration.status.sweep;
  }

  get phase() {
    return this.sweep?.phase;
  }

  readonly #clock: Clock = {
    nowMs: () => this.#nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const sleeper = { dueMs: this.#nowMs + ms, wake: resolve };
        this.#sleepers.push(sleeper);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
}

/** Writes a Z-LUT a bead, as building does. */
async function buildRings(path: string): Promise<BuiltSweep> {
  const { strip } = await readSweepRecord(path);
  const planeZNm = Float64Array.from({ length: 9 }, (_, plane) => 50 * plane);
  const zLuts = await Promise.all(
    strip.rois.map(async ({ bead, size }) => {
      const radii = size / 2;
      const profiles = new Float64Array(9 * radii).map((_, index) => index % radii);
      const file = `bead-${bead}.zlut`;
      await writeZLut(join(path, file), { name: file, planes: 9, radii, planeZNm, profiles });
      return { bead, file, error: null, used: 9, rejected: 0, quality: null };
    }),
  );
  return { zLuts, motion: null };
}
