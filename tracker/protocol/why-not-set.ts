import type { CameraSetting, SettingValue } from './camera-controls.ts';

/**
 * Why a setting cannot take a value, in words; null when it can. A step is a hint for inputs: a camera rounds by itself.
 */
export function whyNotSet(
  { name, unit, value: before, from, to, choices, writable }: CameraSetting,
  value: SettingValue,
): string | null {
  if (writable === false) return `${name} of this camera cannot be changed`;
  if (choices) {
    return choices.includes(value)
      ? null
      : `${name}: expected one of ${choices.join(', ')}, received ${value}`;
  }
  if (typeof value !== typeof before) {
    return `${name}: expected a ${typeof before === 'number' ? 'number' : 'text'}, received ${JSON.stringify(value)}`;
  }
  if (typeof value !== 'number') return null;
  const ends = `${from ?? '−∞'} to ${to ?? '∞'}${unit ? ` ${unit}` : ''}`;
  const isWithin = value >= (from ?? -Infinity) && value <= (to ?? Infinity);
  return isWithin ? null : `${name}: expected ${ends}, received ${value}`;
}
