// At this size float64 has no fraction bits left: the addition itself rounds, half to even.
const NO_FRACTION = 1.5 * 2 ** 52;

/** Nearest integer, the even one of two equally near (0.5 -> 0, 1.5 -> 2), as NumPy rounds; |value| below 2^51. */
export function roundHalfEven(value: number): number {
  return value + NO_FRACTION - NO_FRACTION;
}
