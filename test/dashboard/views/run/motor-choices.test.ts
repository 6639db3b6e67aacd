import { describe, expect, test } from 'vitest';
import type { MotorStatus } from '#protocol/motor.ts';
import type { FocusStatus } from '#protocol/sweep.ts';
import {
  motionOf,
  placeOf,
  type ShownMotor,
  shownMotors,
  stepped,
  whyNotTo,
} from '../../../../dashboard/views/run/motor-choices.ts';

const turns: MotorStatus = {
  ...{ motor: 'magnet-rotation', name: 'simulated', from: -60, to: 60 },
  ...{ at: -2.5, settled: true, target: null, error: null },
};
const focus: FocusStatus = {
  ...{ name: 'drive', fromNm: -4000, toNm: 4000, zNm: 120, settled: false, targetNm: 500, error: null },
};
const shown = (change: Partial<ShownMotor> = {}): ShownMotor => ({
  ...shownMotors(null, [turns])[0]!,
  ...change,
});

test('the focus stage is shown as the last of the motors, and moved by its own requests', () => {
  const [rotation, stage] = shownMotors(focus, [turns]);
  expect(rotation).toMatchObject({ title: 'Magnet rotation', unit: 'turns', at: -2.5, from: -60 });
  expect(rotation!.move(3)).toEqual({ type: 'motor-move', motor: 'magnet-rotation', to: 3 });
  expect(rotation!.stop).toEqual({ type: 'motor-stop', motor: 'magnet-rotation' });
  expect(stage).toMatchObject({ title: 'Focus', unit: 'nm', at: 120, target: 500, to: 4000 });
  expect(stage!.move(-7)).toEqual({ type: 'focus-move', zNm: -7 });
  expect(stage!.stop).toEqual({ type: 'focus-stop' });
  expect(shownMotors(null, [])).toEqual([]);
});

describe('a place that somebody types', () => {
  test.each(['-60', '60', ' 1.5 ', '1e1'])('%s is inside', (typed) => {
    expect(whyNotTo(shown(), typed)).toBeNull();
  });

  test.each([
    ['60.1', '60.1'],
    ['', 'nothing'],
    ['up', 'up'],
  ])("'%s' is refused with the limits", (typed, received) => {
    expect(whyNotTo(shown(), typed)).toBe(`Magnet rotation: expected -60 to 60 turns, received ${received}`);
  });
});

describe('a step', () => {
  test('leads on from what was typed, from the target of a move, or from where the motor is', () => {
    expect(stepped(shown(), '7', 1)).toBe(8);
    expect(stepped(shown({ target: 10 }), null, -1)).toBe(9);
    expect(stepped(shown({ target: 10 }), 'up', -1)).toBe(9);
    expect(stepped(shown(), null, 10)).toBe(7.5);
  });

  test('leads no further than the limits', () => {
    expect(stepped(shown({ at: 59.5 }), null, 10)).toBe(60);
    expect(stepped(shown({ at: -59.5 }), null, -10)).toBe(-60);
  });

  test('leaves no rounding errors to type', () => {
    expect(stepped(shown({ at: 0.1, decimals: 3 }), null, 0.2)).toBe(0.3);
  });
});

test('words say what a motor is about', () => {
  expect(motionOf(shown())).toBe('at rest');
  expect(motionOf(shown({ settled: false }))).toBe('moving');
  expect(motionOf(shown({ settled: false, target: -12 }))).toBe('on its way to −12.00 turns');
  expect(motionOf(shown({ error: 'no answer' }))).toBe('no answer');
  expect(placeOf(shown(), Number.NaN)).toBe('– turns');
});
