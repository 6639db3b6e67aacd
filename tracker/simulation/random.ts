/** A seeded stream of random numbers: the same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform over the 2^32 unsigned integers. */
  uint32(): number;
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
  /** Poisson with this mean, exact for every mean from 0 to 1e9. */
  poisson(mean: number): number;
}

/**
 * Generator of 32-bit integers with period 2^128 - 1.
 * @param state four 32-bit words, not all zero; advanced in place
 * Source: xoshiro128**, Blackman & Vigna, ACM Trans. Math. Softw. 47 (2021) 36.
 */
export function xoshiro128StarStar(state: Uint32Array): () => number {
  const words = state;
  return () => {
    const second = words[1]!;
    const product = Math.imul(second, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    words[2]! ^= words[0]!;
    words[3]! ^= second;
    words[1]! ^= words[2]!;
    words[0]! ^= words[3]!;
    words[2]! ^= second << 9;
    words[3] = (words[3]! << 11) | (words[3]! >>> 21);
    return result;
  };
}

/** Spreads one seed over the state, so that neighboring seeds give unrelated streams (splitmix32). */
function stateFromSeed(seed: number): Uint32Array {
  let counter = seed >>> 0;
  return Uint32Array.from({ length: 4 }, () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let word = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  });
}

/** A stream of random numbers from a whole-number seed. */
export function createRandom(seed: number): Random {
  const uint32 = xoshiro128StarStar(stateFromSeed(seed));
  const uniform = () => (uint32() * 2 ** 21 + (uint32() >>> 11)) / 2 ** 53;

  // Marsaglia's polar method makes normals in pairs; the second waits here.
  let spare = Number.NaN;
  const normal = () => {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = Number.NaN;
      return kept;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = v * factor;
        return u * factor;
      }
    }
  };

  const poisson = (mean: number) =>
    mean < 10 ? poissonByInversion(mean, uniform) : poissonByRejection(mean, uniform);
  return { uint32, uniform, normal, poisson };
}

/** Adds up the probabilities of 0, 1, 2 ... until they pass a uniform number. */
function poissonByInversion(mean: number, uniform: () => number): number {
  let probability = Math.exp(-mean);
  let rest = uniform() - probability;
  let count = 0;
  while (rest >= 0 && probability > 0) {
    count++;
    probability *= mean / count;
    rest -= probability;
  }
  return count;
}

/** Source: algorithm PTRS of Hörmann, Insurance: Mathematics and Economics 12 (1993) 39-45; means from 10. */
function poissonByRejection(mean: number, uniform: () => number): number {
  const logMean = Math.log(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= squeeze) return count;
    if (count < 0 || (edge < 0.013 && v > edge)) continue;
    const accepted = Math.log((v * inverseAlpha) / (a / (edge * edge) + b));
    if (accepted <= count * logMean - mean - logFactorial(count)) return count;
  }
}

/** Natural logarithm of n!, to 1e-10: Stirling's series, shifted up where it converges slowly. */
function logFactorial(n: number): number {
  let product = 1;
  let k = n;
  while (k < 10) product *= ++k;
  const series = 1 / (12 * k) - 1 / (360 * k ** 3) + 1 / (1260 * k ** 5);
  return k * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI * k) + series - Math.log(product);
}
