import { describe, expect, test } from 'vitest';
import type { Clock } from '#motors/clock.ts';
import { GuardedMotor, type MotorWords } from '#motors/guarded-motor.ts';
import { DeviceError, LimitError } from '#protocol/errors.ts';
import type { MotorPosition } from '#protocol/motor.ts';

const words: MotorWords = {
  ...{ where: 'magnet-translation scripted', unit: 'mm', section: 'magnetTranslation' },
  ...{ limitKeys: ['from', 'to'], caution: 'if nothing is in the way' },
  halted: (why) => new Error(why),
};

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

/** A motor that keeps to what a test says, and the guard around it. */
function guarded({
  positions = [{}] as Partial<MotorPosition>[],
  taken = Promise.resolve(),
  limits = {},
} = {}) {
  const calls: string[] = [];
  const motor = {
    move: (to: number) => {
      calls.push(`move ${to}`);
      return taken;
    },
    async position() {
      const next = positions.length > 1 ? positions.shift()! : positions[0]!;
      return { at: 0, settled: true, atNs: 7n, ...next };
    },
    async stop() {
      calls.push('stop');
    },
  };
  const all = { moveTimeoutMs: 1000, tolerance: 0.01, ...limits };
  return { calls, guard: new GuardedMotor(motor, { from: 0, to: 10 }, all, words, quickClock()) };
}

describe('a motor within limits', () => {
  test('arrives when it rests near its target', async () => {
    const { calls, guard } = guarded({ positions: [{ at: 1, settled: false }, { at: 1 }, { at: 1.995 }] });
    expect(await guard.moveTo(2)).toEqual({ at: 1.995, settled: true, atNs: 7n });
    expect(calls).toEqual(['move 2']);
    expect(guard.status).toEqual({ from: 0, to: 10, at: 1.995, settled: true, target: null, error: null });
  });

  test('is moved within the narrower of its range and the settings, and refused outside by name', async () => {
    const { calls, guard } = guarded({ limits: { from: -5, to: 4 } });
    const refused = expect(guard.moveTo(4.5)).rejects;
    await refused.toThrow(LimitError);
    await expect(guard.moveTo(-1)).rejects.toThrow(
      'magnet-translation scripted: expected a position from 0 to 4 mm, received -1 mm; stay inside, or set magnetTranslation.from and to if nothing is in the way',
    );
    expect(calls).toEqual([]);
    expect(() => guarded({ limits: { from: 11 } })).toThrow(/magnetTranslation.from, to: .*received 11 to -/);
  });

  test('stops at once though a move hangs, which fails; it moves no more by itself', async () => {
    const { calls, guard } = guarded({ taken: new Promise(() => {}) });
    const failed = expect(guard.moveTo(5)).rejects.toThrow('stopped');
    expect(guard.status.target).toBe(5);
    await guard.stop();
    await failed;
    expect(calls).toEqual(['move 5', 'stop']);
    expect(guard.status.target).toBeNull();
  });

  test('that is stopped on its way rests where the next reading finds it, not where the last one did', async () => {
    const { guard } = guarded({ positions: [{ at: 2 }, { at: 3 }], taken: new Promise(() => {}) });
    await guard.position();
    expect(guard.status).toMatchObject({ at: 2, settled: true });
    const failed = expect(guard.moveTo(5)).rejects.toThrow('stopped');
    await guard.stop();
    await failed;
    expect(guard.status).toMatchObject({ settled: false, target: null });
    await guard.position();
    expect(guard.status).toMatchObject({ at: 3, settled: true });
  });

  test('that is late is stopped, and told of', async () => {
    const { calls, guard } = guarded({ positions: [{ at: 3, settled: false }] });
    const failure = guard.moveTo(5);
    await expect(failure).rejects.toThrow(DeviceError);
    await expect(failure).rejects.toThrow(/settled at 5 mm within 1000 ms, received still moving at 3 mm/);
    expect(calls).toEqual(['move 5', 'stop']);
    expect(guard.status.error).toContain('magnetTranslation.moveTimeoutMs');
  });
});
