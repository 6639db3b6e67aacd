import { MOTORS, type MotorStatus } from '#protocol/motor.ts';
import type { FocusStatus } from '#protocol/sweep.ts';
import type { Ask } from '../../link/live-connection.ts';
import { formatFixed } from '../../words/format-number.ts';

/** A motor, or the focus stage, as the Run view shows it. */
export interface ShownMotor extends Omit<MotorStatus, 'motor'> {
  key: string;
  title: string;
  unit: string;
  decimals: number;
  /** Fine and coarse step of its buttons and keys. */
  steps: readonly [number, number];
  move(to: number): Ask;
  stop: Ask;
}

const STEPS = {
  'magnet-translation': { decimals: 3, steps: [0.1, 1] },
  'magnet-rotation': { decimals: 2, steps: [1, 10] },
} as const;

/** Everything that can be moved: magnets first, the focus last. */
export function shownMotors(focus: FocusStatus | null, motors: readonly MotorStatus[]): ShownMotor[] {
  const shown = motors.map(({ motor, ...status }): ShownMotor => {
    const { title, unit } = MOTORS[motor];
    return {
      ...{ ...status, key: motor, title, unit, ...STEPS[motor] },
      move: (to) => ({ type: 'motor-move', motor, to }),
      stop: { type: 'motor-stop', motor },
    };
  });
  if (!focus) return shown;
  const { name, fromNm: from, toNm: to, zNm: at, targetNm: target, settled, error } = focus;
  const stage: ShownMotor = {
    ...{ key: 'focus', title: 'Focus', name, unit: 'nm', decimals: 0, steps: [100, 1000] },
    ...{ from, to, at, target, settled, error },
    move: (zNm) => ({ type: 'focus-move', zNm }),
    stop: { type: 'focus-stop' },
  };
  return [...shown, stage];
}

/** A position with its unit. */
export function placeOf({ unit, decimals }: Pick<ShownMotor, 'unit' | 'decimals'>, at: number): string {
  return `${formatFixed(at, decimals)} ${unit}`;
}

/** Why a motor is not moved to a place that somebody typed, or null. */
export function whyNotTo({ title, from, to, unit }: ShownMotor, typed: string): string | null {
  const place = typed.trim() === '' ? Number.NaN : Number(typed);
  if (place >= from && place <= to) return null;
  return `${title}: expected ${from} to ${to} ${unit}, received ${typed.trim() || 'nothing'}`;
}

/** Where a step leads from: the place that was typed, the target of a move, or where it is; no further than its limits. */
export function stepped(motor: ShownMotor, typed: string | null, step: number): number {
  const { at, decimals, from, target, to } = motor;
  const start = typed !== null && whyNotTo(motor, typed) === null ? Number(typed) : (target ?? at);
  return Number(Math.min(Math.max(start + step, from), to).toFixed(decimals));
}

/** What a motor is about, in words. */
export function motionOf(motor: ShownMotor): string {
  if (motor.error !== null) return motor.error;
  if (motor.target !== null) return `on its way to ${placeOf(motor, motor.target)}`;
  return motor.settled ? 'at rest' : 'moving';
}
