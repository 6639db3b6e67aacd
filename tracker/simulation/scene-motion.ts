import type { Random } from './random.ts';
import type { Scene } from './scene.ts';
import { createTetheredBead, type TetherParams, tetherTrap } from './tethered-bead.ts';

/** How the beads of a scene move. */
export interface SceneMotionParams {
  pixelSizeNm: number;
  /** Tether of every bead that is no reference bead; its radius is the bead's own. */
  tether?: Omit<TetherParams, 'radiusNm'>;
  /** Steady drift of the stage along x, y, z. Default none. */
  driftNmPerS?: readonly [number, number, number];
  /** Random walk of the stage on top: its standard deviation after one second, along x, y, z. Default none. */
  walkNmPerRootS?: readonly [number, number, number];
  /** How far tethers lift their beads at once, as a molecule that opens, and let them down again. Default 0. */
  stepNm?: number;
  /** Time between such steps, s. Default 2. */
  stepEveryS?: number;
}

export interface SceneMotion {
  /** True position of every bead now, [bead, (xPx, yPx, zNm)], px of the full frame and nm. */
  readonly truth: Float64Array;
  /** Moves everything on by any time, in s. */
  advance(seconds: number): void;
  /** Pulls all tethers otherwise from now on: beads rise or fall by the change of the extension, and move as it lets them. */
  pull(tether: Omit<TetherParams, 'radiusNm'> & { extensionNm: number }): void;
}

/**
 * Motion of all beads of a scene: tethered beads in Brownian motion, reference beads fixed to the surface,
 * and the drift of the stage, common to all.
 */
export function createSceneMotion(scene: Scene, params: SceneMotionParams, random: Random): SceneMotion {
  const { pixelSizeNm, tether: molecule = {}, driftNmPerS = [0, 0, 0], walkNmPerRootS = [0, 0, 0] } = params;
  const { stepNm = 0, stepEveryS = 2 } = params;
  const stageNm = new Float64Array(3);
  const tethered = scene.beads.map(({ radiusNm, reference }) =>
    reference ? null : createTetheredBead(tetherTrap({ ...molecule, radiusNm }), random),
  );
  const truth = new Float64Array(3 * scene.beads.length);
  let elapsedS = 0;
  let pulledNm = 0;

  const locate = () => {
    const liftNm = stepNm * (Math.floor(elapsedS / stepEveryS) % 2);
    scene.beads.forEach(({ xPx, yPx, zNm }, bead) => {
      const tether = tethered[bead];
      const offsetNm = tether?.offsetNm;
      truth[3 * bead] = xPx + (stageNm[0]! + (offsetNm?.[0] ?? 0)) / pixelSizeNm;
      truth[3 * bead + 1] = yPx + (stageNm[1]! + (offsetNm?.[1] ?? 0)) / pixelSizeNm;
      truth[3 * bead + 2] = zNm + stageNm[2]! + (offsetNm?.[2] ?? 0) + (tether ? liftNm + pulledNm : 0);
    });
  };
  const advance = (seconds: number) => {
    elapsedS += seconds;
    for (let axis = 0; axis < 3; axis++) {
      const walk = walkNmPerRootS[axis]! * Math.sqrt(seconds) * random.normal();
      stageNm[axis]! += driftNmPerS[axis]! * seconds + walk;
    }
    for (const bead of tethered) bead?.advance(seconds);
    locate();
  };
  const pull: SceneMotion['pull'] = (pulled) => {
    pulledNm = pulled.extensionNm - (molecule.extensionNm ?? pulled.extensionNm);
    scene.beads.forEach(({ radiusNm }, bead) => {
      tethered[bead]?.setTrap(tetherTrap({ ...pulled, radiusNm }));
    });
    locate();
  };
  locate();
  return { truth, advance, pull };
}
