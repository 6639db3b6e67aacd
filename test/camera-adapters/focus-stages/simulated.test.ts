import { describe, expect, test } from 'vitest';
import { simulatedFocusStage } from '#camera-adapters/focus-stages/simulated.ts';
import { simulatedCamera } from '#camera-adapters/simulated.ts';
import { failureOf, focusStageContract } from './focus-stage-contract.ts';

const params = {
  rangeNm: [-4000, 4000],
  speedNmPerS: 10_000,
  settleMs: 20,
  hysteresisNm: 0,
  driftNmPerS: 0,
} as const;

/** A stage with the frames of a camera that exposes one a millisecond. */
function open(more: Partial<typeof params | { hysteresisNm: number; driftNmPerS: number }> = {}) {
  const stage = simulatedFocusStage({ ...params, ...more });
  let ms = 1_000_000;
  let focusNm = stage.focusNm(BigInt(ms) * 1_000_000n);
  return {
    stage,
    toleranceNm: 0,
    pass(milliseconds: number) {
      for (const until = ms + milliseconds; ms < until; ) focusNm = stage.focusNm(BigInt(++ms) * 1_000_000n);
    },
    focusNm: () => focusNm,
  };
}

describe('the simulated focus stage', () => {
  focusStageContract(() => open());

  test('it takes distance over speed to arrive, and its rest to settle', async () => {
    const { pass, stage } = open();
    await stage.move(1000);
    pass(99);
    expect((await stage.position()).zNm).toBeCloseTo(990, 6);
    pass(1);
    expect(await stage.position()).toMatchObject({ zNm: 1000, settled: false });
    pass(19);
    expect((await stage.position()).settled).toBe(false);
    pass(1);
    expect((await stage.position()).settled).toBe(true);
  });

  test('with play, one reading from below and from above is of two focuses as far apart as it is', async () => {
    const { focusNm, pass, stage } = open({ hysteresisNm: 40 });
    const at = async (zNm: number) => {
      await stage.move(zNm);
      pass(1000);
      return focusNm();
    };
    await at(-500);
    const below = await at(300);
    await at(900);
    const above = await at(300);
    // 1e-9 nm: float64 sums of numbers below 1000.
    expect(above - below).toBeCloseTo(40, 9);
    // Within the play nothing moves.
    expect(await at(310)).toBeCloseTo(above, 9);
  });

  test('with creep, the focus leaves the reading by its speed', async () => {
    const { focusNm, pass, stage } = open({ driftNmPerS: 2 });
    const before = focusNm();
    pass(5000);
    expect(focusNm() - before).toBeCloseTo(10, 9);
    expect((await stage.position()).zNm).toBe(0);
  });

  test('a position outside its range is refused with the range', async () => {
    const { stage } = open();
    expect(await failureOf(stage.move(4001))).toContain('expected a position from -4000 to 4000 nm');
    expect(await failureOf(stage.move(Number.NaN))).toContain('received NaN nm');
  });
});

describe('a simulated camera', () => {
  const still: Parameters<typeof simulatedCamera>[0] = {
    ...{ beads: 2, referenceBeads: 2, radiiNm: [700], seed: 4 },
    ...{ pace: 'fast', fps: 100, frames: 60, driftNmPerS: [0, 0, 0] },
  };

  test('shows its beads higher by as much as its focus stage has moved', async () => {
    const camera = simulatedCamera(still);
    await camera.open();
    const heights: number[] = [];
    for await (const { id, truth } of camera.frames(new AbortController().signal)) {
      if (id === 10) await camera.focusStage!.move(500);
      heights.push(truth![2]!);
    }
    const { zNm, settled } = await camera.focusStage!.position();
    expect([zNm, settled]).toEqual([500, true]);
    expect(heights[10]).toBe(heights[0]);
    // 1e-9 nm: reference beads do not move on their own.
    expect(heights.at(-1)! - heights[0]!).toBeCloseTo(500, 9);
    await camera.close();
  });

  test('has none when its pictures are made beforehand', () => {
    expect(simulatedCamera({ ...still, cycle: 3 }).focusStage).toBeUndefined();
  });
});
