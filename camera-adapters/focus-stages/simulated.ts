import { DeviceError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';

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
}

/** A focus stage whose time is that of the frames of a simulated camera; it starts at 0 nm, or the nearest end. */
export function simulatedFocusStage(params: SimulatedFocusParams): SimulatedFocusStage {
  const { rangeNm, speedNmPerS, settleMs, hysteresisNm, driftNmPerS } = params;
  const [fromNm, toNm] = rangeNm;
  const name = 'simulated';
  const restNm = Math.min(Math.max(0, fromNm), toNm);
  let nowNs = 0n;
  let firstNs: bigint | null = null;
  let move = { startNm: restNm, targetNm: restNm, startNs: 0n, settledNs: 0n };
  /** Where the play left the focus when the move began. */
  let draggedNm = restNm;

  const secondsSince = (ns: bigint) => Number(nowNs - ns) / 1e9;
  const readNm = () => {
    const wayNm = move.targetNm - move.startNm;
    const goneNm = Math.min(Math.abs(wayNm), secondsSince(move.startNs) * speedNmPerS);
    return move.startNm + Math.sign(wayNm) * goneNm;
  };
  const drag = (atNm: number) =>
    Math.min(Math.max(draggedNm, atNm - hysteresisNm / 2), atNm + hysteresisNm / 2);
  const begin = (targetNm: number) => {
    const startNm = readNm();
    draggedNm = drag(startNm);
    const takesS = Math.abs(targetNm - startNm) / speedNmPerS + settleMs / 1000;
    move = { startNm, targetNm, startNs: nowNs, settledNs: nowNs + BigInt(Math.round(takesS * 1e9)) };
  };

  return {
    facts: { name, fromNm, toNm, speedNmPerS },
    clock: 'frames',
    focusNm(timeNs) {
      firstNs ??= timeNs;
      // A stage that was moved before the first frame moves from then on.
      if (nowNs === 0n) move = { ...move, startNs: timeNs, settledNs: move.settledNs + timeNs };
      nowNs = timeNs;
      return drag(readNm()) + driftNmPerS * secondsSince(firstNs);
    },
    async move(zNm) {
      if (!(zNm >= fromNm && zNm <= toNm)) {
        const expected = `a position from ${fromNm} to ${toNm} nm`;
        throw new DeviceError({ where: 'focus stage simulated', expected, received: `${zNm} nm` });
      }
      begin(zNm);
    },
    position: async () => ({ zNm: readNm(), settled: nowNs >= move.settledNs, atNs: nowNs }),
    async stop() {
      begin(readNm());
    },
    close: async () => {},
  };
}
