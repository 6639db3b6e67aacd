const LEVELS = 2048;
/** Viewers may send any number of exponents, one after the other. */
const MOST_TABLES = 32;
const tables = new Map<number, Uint8Array>();

/** [level] gray of evenly spaced shares from black to white, to the power gamma; 256 grays need more levels than that. */
export function grayTable(gamma: number): Uint8Array {
  const known = tables.get(gamma);
  if (known) return known;
  if (tables.size >= MOST_TABLES) tables.clear();
  const table = Uint8Array.from({ length: LEVELS }, (_, level) =>
    Math.min(255, 256 * (level / (LEVELS - 1)) ** gamma),
  );
  tables.set(gamma, table);
  return table;
}
