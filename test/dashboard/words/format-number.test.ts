import { expect, test } from 'vitest';
import { formatCount, formatFixed } from '../../../dashboard/words/format-number.ts';

test('numbers have fixed decimals, a true minus and a dash for NaN', () => {
  expect(formatFixed(-12.345, 1)).toBe('−12.3');
  expect(formatFixed(2, 1)).toBe('2.0');
  expect(formatFixed(Number.NaN, 1)).toBe('–');
});

test('a small negative number is not a negative zero', () => {
  expect(formatFixed(-0.001, 1)).toBe('0.0');
});

test('counts are grouped by thousands', () => {
  expect(formatCount(1234567)).toBe('1,234,567');
});
