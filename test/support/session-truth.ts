import { expect } from 'vitest';
import type { Scene } from '#simulation/scene.ts';
import { rms } from './cli.ts';

type SceneBead = Scene['beads'][number];
type Columns = Record<string, number[]>;

/** What the simulator does to the beads of its scene. */
export interface SimulatedSession {
  fps: number;
  pixelSizeNm: number;
  stepNm: number;
  stepEveryS: number;
}

/** Thermal motion at 2 pN on 1000 nm of DNA, sqrt(kT / stiffness): 45 nm sideways, 18 nm along. Five of these. */
const THERMAL_NM = { xPx: 225, yPx: 225, zNm: 90 };
/** Of a bead that keeps still the preset `fast` promises 1 nm rms at 1000 photons: twice that. */
const NOISE_NM = 2;
const AXES = ['xPx', 'yPx', 'zNm'] as const;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How far up its molecule has a bead in a frame; NaN in the frame of a step, which may be on either side. */
function liftNm(frame: number, { fps, stepNm, stepEveryS }: SimulatedSession): number {
  const steps = frame / fps / stepEveryS;
  if (Math.abs(steps - Math.round(steps)) < 0.5 / fps) return Number.NaN;
  return stepNm * (Math.floor(steps) % 2);
}

/** Rows of shown traces from a time on, s. */
export function rowsSince(columns: Columns, sinceS: number): Columns {
  const isKept = (_: number, row: number) => columns.timeS![row]! >= sinceS;
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.filter(isKept)]));
}

/**
 * Holds rows of a recording to where the simulator had its beads: reference beads in every frame to their noise,
 * tethered ones to their thermal motion, their mean positions and the step.
 * @param sceneOf which bead of the scene a bead is
 */
export function expectTruth(
  columns: Columns,
  sceneOf: ReadonlyMap<number, SceneBead>,
  session: SimulatedSession,
): void {
  const { stepNm, pixelSizeNm } = session;
  for (const [bead, truth] of sceneOf) {
    const rows = columns.frame!.flatMap((frame, row) =>
      columns.bead![row] === bead && Number.isFinite(liftNm(frame, session)) ? [row] : [],
    );
    const lifts = rows.map((row) => liftNm(columns.frame![row]!, session));
    expect(Math.min(...lifts), `bead ${bead} while it is down`).toBe(0);
    expect(Math.max(...lifts), `bead ${bead} while it is up`).toBe(stepNm);
    for (const axis of AXES) {
      const scale = axis === 'zNm' ? 1 : pixelSizeNm;
      const offNm = rows.map((row) => scale * (columns[axis]![row]! - truth[axis]));
      const name = `${axis} of bead ${bead}, ${truth.reference ? 'a reference' : 'tethered'}`;
      if (truth.reference) {
        expect(offNm.every(Number.isFinite), name).toBe(true);
        expect(rms(offNm), name).toBeLessThan(NOISE_NM);
        continue;
      }
      const movedNm = offNm.map((off, at) => off - (axis === 'zNm' ? lifts[at]! : 0));
      expect(Math.max(...movedNm.map(Math.abs)), name).toBeLessThan(THERMAL_NM[axis]);
      // It forgets where it was within a frame: of 50 frames the mean has a seventh of the spread, of fewer it has more.
      const variance = (frames: number) => 1 / Math.min(50, frames);
      const spreadNm = THERMAL_NM[axis] * Math.sqrt(variance(movedNm.length));
      expect(Math.abs(mean(movedNm)), name).toBeLessThan(spreadNm);
      if (axis !== 'zNm') continue;
      const [down, up] = [0, stepNm].map((lift) => offNm.filter((_, at) => lifts[at] === lift)) as [
        number[],
        number[],
      ];
      // Either mean has its own.
      const stepSpreadNm = THERMAL_NM.zNm * Math.sqrt(variance(down.length) + variance(up.length));
      expect(Math.abs(mean(up) - mean(down) - stepNm), `step of bead ${bead}`).toBeLessThan(stepSpreadNm);
    }
  }
}

/** Holds rows of shown traces, less a reference bead, to the difference of the two in the scene. */
export function expectRelativeTruth(
  columns: Columns,
  tethered: SceneBead,
  reference: SceneBead,
  session: SimulatedSession,
): void {
  for (const axis of AXES) {
    const scale = axis === 'zNm' ? 1 : session.pixelSizeNm;
    const offNm = columns.timeS!.map((timeS, row) => {
      const lift = liftNm(Math.round(timeS * session.fps), session);
      return scale * (columns[axis]![row]! - tethered[axis] + reference[axis]) - (axis === 'zNm' ? lift : 0);
    });
    const finite = offNm.filter(Number.isFinite);
    expect(finite.length, axis).toBeGreaterThan(30);
    expect(Math.max(...finite.map(Math.abs)), axis).toBeLessThan(THERMAL_NM[axis]);
  }
}
