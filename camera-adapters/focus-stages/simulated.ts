import { DeviceError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import { simulatedMotion } from '../motors/simulated-motion.ts';

/** How a simulated focus stage moves. */
export interface SimulatedFocusParams {
  /** Ends of its range, nm. */
  rangeNm: readonly [number, number];
  speedNmPerS: number;
  /** Rest after a move before it says it is settled, ms. */
  settleMs: number;
  /** Play of the screw: how far apart the focus is at one reading when it is reached from below and from above, nm. */
  hysteresisNm: number;
  /** How fast the focus creeps away from the reading, nm/s. */
  driftNmPerS: number;
}

/** A focus stage that is only computed, and what the focus of a picture is with it. */
export interface SimulatedFocusStage extends FocusStage {
  /**
   * Position of the focus in the frame exposed at this time, nm: what it reads, with play and creep. Times must rise;
   * its own time is that of the last frame, so that pictures and readings agree at any pace.
   */
  focusNm(timeNs: bigint): number;
  /** What it reads in the last frame, nm. */
  readNm(): number;
}

/** A focus stage whose time is that of the frames of a simulated camera; it starts at 0 nm, or the nearest end. */
export function simulatedFocusStage(params: SimulatedFocusParams): SimulatedFocusStage {
  const { rangeNm, speedNmPerS, settleMs, hysteresisNm, driftNmPerS } = params;
  const [fromNm, toNm] = rangeNm;
  const name = 'simulated';
  const motion = simulatedMotion({ range: rangeNm, speed: speedNmPerS, settleMs, rest: 0 });
  let firstNs: bigint | null = null;
  /** Where the play left the focus when the move began. */
  let draggedNm = motion.read();
  const drag = (atNm: number) =>
    Math.min(Math.max(draggedNm, atNm - hysteresisNm / 2), atNm + hysteresisNm / 2);
  const begin = (targetNm: number) => {
    draggedNm = drag(motion.read());
    motion.begin(targetNm);
  };

  return {
    facts: { name, fromNm, toNm, speedNmPerS },
    clock: 'frames',
    focusNm(timeNs) {
      firstNs ??= timeNs;
      motion.passTo(timeNs);
      return drag(motion.read()) + driftNmPerS * (Number(timeNs - firstNs) / 1e9);
    },
    readNm: () => motion.read(),
    async move(zNm) {
      if (!(zNm >= fromNm && zNm <= toNm)) {
        const expected = `a position from ${fromNm} to ${toNm} nm`;
        throw new DeviceError({ where: 'focus stage simulated', expected, received: `${zNm} nm` });
      }
      begin(zNm);
    },
    position: async () => ({ zNm: motion.read(), settled: motion.settled, atNs: motion.nowNs }),
    async stop() {
      begin(motion.read());
    },
    close: async () => {},
  };
}
