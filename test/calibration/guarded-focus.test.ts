import { describe, expect, test } from 'vitest';
import { GuardedFocus } from '#calibration/guarded-focus.ts';
import { Halt } from '#calibration/halt.ts';
import type { Clock } from '#motors/clock.ts';
import { DeviceError, LimitError } from '#protocol/errors.ts';
import type { FocusPosition, FocusStage } from '#protocol/focus-stage.ts';

/** A clock on which a sleep is over at once, and time has passed. */
function quickClock(): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    async sleep(ms, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      nowMs += ms;
    },
  };
}

/** A stage that does what a test says. */
class ScriptedStage implements FocusStage {
  readonly facts = { name: 'scripted', fromNm: -5000, toNm: 5000 };
  readonly clock = 'host';
  readonly calls: string[] = [];
  /** Answers of `position`, the last one over and over. */
  positions: (Partial<FocusPosition> | Error)[] = [{}];
  moveAnswers: Promise<void> = Promise.resolve();

  move(zNm: number): Promise<void> {
    this.calls.push(`move ${zNm}`);
    return this.moveAnswers;
  }

  async position(): Promise<FocusPosition> {
    const next = this.positions.length > 1 ? this.positions.shift()! : this.positions[0]!;
    if (next instanceof Error) throw next;
    return { zNm: 0, settled: true, atNs: 7n, ...next };
  }

  async stop(): Promise<void> {
    this.calls.push('stop');
  }

  async close(): Promise<void> {}
}

const limits = { moveTimeoutMs: 1000, toleranceNm: 10 };
const never = new Promise<void>(() => {});
const garbage = () =>
  new DeviceError({ where: 'focus stage scripted', expected: 'a position', received: '?!' });

describe('a focus stage within limits', () => {
  test('moves and waits until it has settled near its target', async () => {
    const stage = new ScriptedStage();
    stage.positions = [{ zNm: 40, settled: false }, { zNm: 40 }, { zNm: 95, settled: true }];
    const focus = new GuardedFocus(stage, limits, quickClock());
    expect(await focus.moveTo(100)).toEqual({ zNm: 95, settled: true, atNs: 7n });
    expect(stage.calls).toEqual(['move 100']);
    expect(focus.status).toMatchObject({ zNm: 95, settled: true, targetNm: null, error: null });
  });

  test.each([5001, -5001, Number.NaN, Number.POSITIVE_INFINITY])('is not moved to %s nm', async (zNm) => {
    const stage = new ScriptedStage();
    const focus = new GuardedFocus(stage, limits, quickClock());
    await expect(focus.moveTo(zNm)).rejects.toThrow(LimitError);
    expect(stage.calls).toEqual([]);
  });

  test('keeps to the narrower of its range and the settings', async () => {
    const focus = new GuardedFocus(
      new ScriptedStage(),
      { ...limits, fromNm: -100, toNm: 9000 },
      quickClock(),
    );
    expect([focus.fromNm, focus.toNm]).toEqual([-100, 5000]);
    await expect(focus.moveTo(-101)).rejects.toThrow(/from -100 to 5000 nm/);
    const apart = { ...limits, fromNm: 6000, toNm: 7000 };
    expect(() => new GuardedFocus(new ScriptedStage(), apart, quickClock())).toThrow(/6000 to 7000/);
  });

  test('that does not arrive in time is stopped, and told of', async () => {
    const stage = new ScriptedStage();
    stage.positions = [{ zNm: 33, settled: false }];
    const focus = new GuardedFocus(stage, limits, quickClock());
    await expect(focus.moveTo(100)).rejects.toThrow(
      /settled at 100 nm within 1000 ms, received still moving at 33 nm/,
    );
    expect(stage.calls).toEqual(['move 100', 'stop']);
    expect(focus.status.error).toContain('still moving at 33 nm');
  });

  test('that settles elsewhere is not taken for one that arrived', async () => {
    const stage = new ScriptedStage();
    stage.positions = [{ zNm: 80 }];
    await expect(new GuardedFocus(stage, limits, quickClock()).moveTo(100)).rejects.toThrow(
      /received settled at 80 nm/,
    );
  });

  test('may misread twice in a row, not three times', async () => {
    const stage = new ScriptedStage();
    stage.positions = [garbage(), garbage(), { zNm: 50, settled: false }, garbage(), garbage(), { zNm: 100 }];
    const focus = new GuardedFocus(stage, limits, quickClock());
    expect((await focus.moveTo(100)).zNm).toBe(100);
    stage.positions = [garbage(), garbage(), garbage(), { zNm: 100 }];
    await expect(focus.moveTo(100)).rejects.toThrow(/received \?!/);
    expect(stage.calls.at(-1)).toBe('stop');
  });

  test('is stopped at once though a move hangs, which fails', async () => {
    const stage = new ScriptedStage();
    stage.moveAnswers = never;
    const focus = new GuardedFocus(stage, limits, quickClock());
    const moved = focus.moveTo(100);
    const failed = expect(moved).rejects.toMatchObject({ kind: 'focus-stop' });
    await focus.stop();
    await failed;
    expect(stage.calls).toEqual(['move 100', 'stop']);
  });

  test('takes a second move in place of the first, which fails without a stop', async () => {
    const stage = new ScriptedStage();
    stage.positions = [{ zNm: 50, settled: false }];
    const focus = new GuardedFocus(stage, limits, quickClock());
    const failed = expect(focus.moveTo(100)).rejects.toThrow(Halt);
    stage.positions = [{ zNm: 200 }];
    expect((await focus.moveTo(200)).zNm).toBe(200);
    await failed;
    expect(stage.calls).toEqual(['move 100', 'move 200']);
  });

  test('ends its motion when the signal of a move aborts, with that reason', async () => {
    const stage = new ScriptedStage();
    stage.positions = [{ zNm: 50, settled: false }];
    const focus = new GuardedFocus(stage, limits, quickClock());
    const abort = new AbortController();
    const failed = expect(focus.moveTo(100, abort.signal)).rejects.toThrow('enough');
    abort.abort(new Error('enough'));
    await failed;
    expect(stage.calls).toEqual(['move 100', 'stop']);
    expect(focus.status.targetNm).toBeNull();
  });
});
