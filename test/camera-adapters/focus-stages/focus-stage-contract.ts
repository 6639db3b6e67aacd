import { expect, test } from 'vitest';
import { DeviceError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';

/** A stage under test, and what lets its time pass. */
export interface StageUnderTest {
  stage: FocusStage;
  /** Lets the device go on for so long, ms. */
  pass(ms: number): Promise<void> | void;
  /** How far from its target it may settle, nm. */
  toleranceNm: number;
}

/** What every focus stage does; it must reach any place of its range in 10 s. */
export function focusStageContract(open: () => Promise<StageUnderTest> | StageUnderTest): void {
  const settle = async ({ pass, stage }: StageUnderTest) => {
    for (let round = 0; round < 1000; round++) {
      const at = await stage.position();
      if (at.settled) return at;
      await pass(50);
    }
    throw new Error('it never settles');
  };

  test('it settles where it is told to go, from below and from above', async () => {
    const tested = await open();
    const { stage, toleranceNm } = tested;
    const { fromNm, toNm } = stage.facts;
    for (const share of [0.2, 0.75, 0.4]) {
      const targetNm = fromNm + share * (toNm - fromNm);
      await stage.move(targetNm);
      const { zNm } = await settle(tested);
      expect(Math.abs(zNm - targetNm)).toBeLessThanOrEqual(toleranceNm);
    }
    await stage.close();
  });

  test('it is not settled on its way, and a second move takes the place of the first', async () => {
    const tested = await open();
    const { pass, stage, toleranceNm } = tested;
    const { fromNm, toNm } = stage.facts;
    await stage.move(toNm);
    await pass(50);
    const under = await stage.position();
    expect(under.settled).toBe(false);
    await stage.move(fromNm);
    const { zNm } = await settle(tested);
    expect(Math.abs(zNm - fromNm)).toBeLessThanOrEqual(toleranceNm);
    await stage.close();
  });

  test('a stop ends the motion where it is', async () => {
    const tested = await open();
    const { pass, stage } = tested;
    const { toNm } = stage.facts;
    await stage.move(toNm);
    await pass(50);
    await stage.stop();
    const stopped = await settle(tested);
    await pass(5000);
    const later = await stage.position();
    expect(stopped.zNm).toBeLessThan(toNm);
    expect(later.zNm).toBe(stopped.zNm);
    await stage.close();
  });

  test('its time does not go back', async () => {
    const { pass, stage } = await open();
    const before = await stage.position();
    await pass(50);
    const after = await stage.position();
    expect(after.atNs).toBeGreaterThanOrEqual(before.atNs);
    await stage.close();
  });
}

/** What is said of a request that fails. */
export async function failureOf(done: Promise<unknown>): Promise<string> {
  const error = await done.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(DeviceError);
  return (error as DeviceError).message;
}
