const LENGTH = 624;
const SHIFT = 397;

/** Random numbers of NumPy's older generator, the same for the same seed. */
export interface NumpyRandom {
  /** Integer from 0 to 2^32 - 1. */
  uint32(): number;
  /** From 0 to below 1, 53 bits. */
  rand(): number;
  /** Normal, mean 0, variance 1. */
  randn(): number;
}

/**
 * Random numbers as `numpy.random.seed(seed)` begins them.
 *
 * @param seed integer from 0 to 2^32 - 1
 * Source: Matsumoto & Nishimura 1998, doi 10.1145/272991.272995; normal numbers by the polar method, of which the
 *   second of each pair is kept for the next call.
 */
export function createNumpyRandom(seed: number): NumpyRandom {
  const state = new Uint32Array(LENGTH);
  state[0] = seed;
  for (let index = 1; index < LENGTH; index++) {
    const before = state[index - 1]!;
    state[index] = Math.imul(1812433253, before ^ (before >>> 30)) + index;
  }
  let next = LENGTH;
  let kept: number | undefined;

  const uint32 = () => {
    if (next === LENGTH) {
      twist(state);
      next = 0;
    }
    let word = state[next++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  };
  const rand = () => {
    const high = uint32() >>> 5;
    return (high * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  };
  const randn = () => {
    if (kept !== undefined) {
      const value = kept;
      kept = undefined;
      return value;
    }
    for (;;) {
      const first = 2 * rand() - 1;
      const second = 2 * rand() - 1;
      const square = first * first + second * second;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      kept = factor * first;
      return factor * second;
    }
  };
  return { uint32, rand, randn };
}

function twist(state: Uint32Array): void {
  for (let index = 0; index < LENGTH; index++) {
    const word = (state[index]! & 0x80000000) | (state[(index + 1) % LENGTH]! & 0x7fffffff);
    const odd = word & 1 ? 0x9908b0df : 0;
    state[index] = state[(index + SHIFT) % LENGTH]! ^ (word >>> 1) ^ odd;
  }
}
