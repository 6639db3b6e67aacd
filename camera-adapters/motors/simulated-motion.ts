/** How a device that is only computed moves, in the unit of its positions. */
export interface MotionParams {
  /** Ends of its range. */
  range: readonly [number, number];
  /** Units a second. */
  speed: number;
  /** Rest after a move before it says it is settled, ms. */
  settleMs: number;
  /** Where it is at first. */
  rest: number;
}

/** Motion at an even speed to one target after the other, in the time of the frames of a simulated camera. */
export interface SimulatedMotion {
  /** ns since 1970, of the last frame; 0 before the first. */
  readonly nowNs: bigint;
  readonly settled: boolean;
  /** What it reads now. */
  read(): number;
  /** A frame is exposed; times must rise. */
  passTo(timeNs: bigint): void;
  begin(target: number): void;
}

export function simulatedMotion({ range, speed, settleMs, rest }: MotionParams): SimulatedMotion {
  const start = Math.min(Math.max(rest, range[0]), range[1]);
  let nowNs = 0n;
  let move = { start, target: start, startNs: 0n, settledNs: 0n };
  const read = () => {
    const way = move.target - move.start;
    const gone = Math.min(Math.abs(way), (Number(nowNs - move.startNs) / 1e9) * speed);
    return move.start + Math.sign(way) * gone;
  };
  return {
    get nowNs() {
      return nowNs;
    },
    get settled() {
      return nowNs >= move.settledNs;
    },
    read,
    passTo(timeNs) {
      // What was moved before the first frame moves from then on.
      if (nowNs === 0n) move = { ...move, startNs: timeNs, settledNs: move.settledNs + timeNs };
      nowNs = timeNs;
    },
    begin(target) {
      const from = read();
      const takesS = Math.abs(target - from) / speed + settleMs / 1000;
      move = { start: from, target, startNs: nowNs, settledNs: nowNs + BigInt(Math.round(takesS * 1e9)) };
    },
  };
}
