import { type Complaint, TweezertrackError } from '#protocol/errors.ts';

/** An argument that a calcium function cannot work with: change it and call again. */
export class CalciumError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_CONFIG', complaint, cause);
  }
}

/**
 * A number within a range.
 * @throws {CalciumError} if it is outside or NaN
 */
export function requireNumber(
  where: string,
  value: number,
  expected: string,
  isAllowed: boolean,
  remedy?: string,
): void {
  if (isAllowed) return;
  throw new CalciumError({ where, expected, received: String(value), ...(remedy && { remedy }) });
}

/** @throws {CalciumError} if the value is not an integer of at least `least` */
export function requireInteger(where: string, value: number, least: number): void {
  requireNumber(
    where,
    value,
    `an integer of at least ${least}`,
    Number.isSafeInteger(value) && value >= least,
  );
}

/** @throws {CalciumError} if the value is not a finite number above 0 */
export function requirePositive(where: string, value: number): void {
  requireNumber(where, value, 'a finite number above 0', Number.isFinite(value) && value > 0);
}
